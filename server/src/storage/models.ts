import { hash } from 'node:crypto'
import type { Clock } from '../ports/clock.ts'
import type { ModelPayload, ModelStore, ModelStores } from '../ports/model-store.ts'
import { ConditionLost } from '../ports/unit-of-work.ts'
import type { Database } from './database.ts'
import { modelStatements } from './model-statements.ts'
import type { ModelRow } from './schema.ts'
import type { Writer } from './unit-of-work.ts'

/** Whose id is a bearer secret: kept as a hash only, so that a copy of the database opens nothing. */
const SECRET_IDS = new Set([
  'AccessToken',
  'AuthorizationCode',
  'ClientCredentials',
  'DeviceCode',
  'InitialAccessToken',
  'PushedAuthorizationRequest',
  'RefreshToken',
  'RegistrationAccessToken',
  'Session',
])

/**
 * What stands for a secret id that is not known any more, where a model was found by something else:
 * it can be saved and destroyed by it, but whoever has a copy of the database cannot present it.
 */
const HANDLE = '#'

/** What an error answer must still destroy. A session is not among them: losing it signs somebody out. */
const SURVIVES_REFUSAL = new Set(['AccessToken', 'AuthorizationCode', 'Grant', 'RefreshToken'])

/** Keeps the models of oidc-provider, writing through the unit of work. */
export function createModelStores(database: Database, writer: Writer, clock: Clock): ModelStores {
  const statements = modelStatements(database)
  const stores = new Map<string, ModelStore>()
  return (model) => {
    const known = stores.get(model)
    if (known !== undefined) return known
    const store = createModelStore(model, { database, writer, clock, statements })
    stores.set(model, store)
    return store
  }
}

interface Parts {
  readonly database: Database
  readonly writer: Writer
  readonly clock: Clock
  readonly statements: ReturnType<typeof modelStatements>
}

function createModelStore(model: string, parts: Parts): ModelStore {
  const { writer, clock, statements } = parts
  const survives = SURVIVES_REFUSAL.has(model) ? { survives: true as const } : {}
  return {
    ...readers(model, parts),

    async upsert(id, payload, expiresIn) {
      const end = endOf(payload) ?? clock() + expiresIn * 1000
      const row = toRow(model, keyOf(model, id), payload, end)
      const write = model === 'ReplayDetection' ? statements.insertOnce : statements.upsert
      const seen = new Map([[memo(model, row.id), payload]])
      if (row.uid !== null) seen.set(memo(model, `uid/${row.uid}`), payload)
      const intent = write({ ...row, now: clock() })
      await writer.write([{ ...intent, onMiss: () => new ConditionLost('exists') }], seen)
    },

    async consume(id) {
      const intent = statements.consume({ model, id: keyOf(model, id), consumedAt: clock() })
      await writer.write([{ ...intent, onMiss: () => new ConditionLost('consumed') }])
    },

    async destroy(id) {
      const key = keyOf(model, id)
      const seen = new Map([[memo(model, key), undefined]])
      await writer.write([{ ...statements.destroy({ model, id: key }), ...survives }], seen)
    },

    async revokeByGrantId(grantId) {
      await writer.write([{ ...statements.revokeByGrant({ model, grantId }), survives: true }])
    },
  }
}

function readers(
  model: string,
  { database, writer, statements }: Parts,
): Pick<ModelStore, 'find' | 'findByUid' | 'findByUserCode'> {
  const findBy = async (column: 'uid' | 'user_code', value: string): Promise<Found> => {
    const seen = writer.recall<ModelPayload>(memo(model, `${column}/${value}`))
    if (seen !== undefined) return seen.value
    const [row] = await database.rows<ModelRow>(statements.findBy[column]({ model, value }))
    return row && withId(model, toPayload(row), HANDLE + row.id)
  }
  return {
    async find(id) {
      if (SECRET_IDS.has(model) && id.startsWith(HANDLE)) return undefined
      const key = keyOf(model, id)
      const seen = writer.recall<ModelPayload>(memo(model, key))
      if (seen !== undefined) return seen.value && withId(model, seen.value, id)
      const [row] = await database.rows<ModelRow>(statements.find({ model, id: key }))
      return row && withId(model, toPayload(row), id)
    },
    findByUid: (uid) => findBy('uid', uid),
    findByUserCode: (userCode) => findBy('user_code', userCode),
  }
}

type Found = ModelPayload | undefined

/** Under what a unit of work remembers what it has written. */
const memo = (model: string, key: string): string => `model/${model}/${key}`

function keyOf(model: string, id: string): string {
  if (!SECRET_IDS.has(model)) return id
  if (id.startsWith(HANDLE)) return id.slice(1)
  // Introspection looks for one token under three models.
  if (id !== latest.id) latest = { id, key: hash('sha256', id, 'base64url') }
  return latest.key
}

let latest = { id: '', key: '' }

const withId = (model: string, payload: ModelPayload, id: string): ModelPayload =>
  SECRET_IDS.has(model) ? { ...payload, jti: id } : payload

/** To the second what the model says itself; counted from now it would come out a moment later. */
const endOf = ({ exp }: ModelPayload): number | null =>
  typeof exp === 'number' ? exp * 1000 : null

function toPayload(row: ModelRow): ModelPayload {
  const payload = JSON.parse(row.payload) as ModelPayload
  if (row.consumed_at === null) return payload
  return { ...payload, consumed: Math.floor(row.consumed_at / 1000) }
}

function toRow(
  model: string,
  id: string,
  payload: ModelPayload,
  expiresAt: number,
): Omit<ModelRow, 'consumed_at'> {
  const text = (member: string): string | null => {
    const value = payload[member]
    return typeof value === 'string' ? value : null
  }
  return {
    model,
    id,
    payload: JSON.stringify(
      SECRET_IDS.has(model) ? { ...payload, jti: undefined } : payload,
      redact,
    ),
    grant_id: text('grantId'),
    uid: text('uid'),
    user_code: text('userCode'),
    expires_at: Number.isFinite(expiresAt) ? expiresAt : null,
  }
}

/** An interaction repeats the session's cookie value, which nobody reads: a bearer secret in clear. */
function redact(this: unknown, key: string, value: unknown): unknown {
  const insideSession = key === 'cookie' && typeof this === 'object' && this !== null
  return insideSession && 'uid' in this ? undefined : value
}
