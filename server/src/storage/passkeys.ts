import { ConditionLost } from '../ports/unit-of-work.ts'
import type { Database } from './database.ts'
import type { PasskeyRow } from './customer-rows.ts'
import type { Writer } from './unit-of-work.ts'

/** A WebAuthn credential that somebody registered. */
export interface Passkey {
  /** Credential id, base64url. */
  readonly id: string
  readonly account: string
  /** What its owner calls it. */
  readonly name: string
  /** COSE key, base64url. */
  readonly publicKey: string
  /** Signatures it says it has made; 0 where it does not count. */
  readonly counter: number
  readonly transports: readonly string[]
  /** Whether it lives on one device, or is copied to several. */
  readonly device: 'single' | 'multi'
  /** Epoch milliseconds. */
  readonly createdAt: number
  readonly lastUsedAt: number | null
}

export interface Passkeys {
  /** Oldest first. */
  listOf(sub: string): Promise<Passkey[]>
  /** The unit fails with `ConditionLost('exists')` when the credential is registered already. */
  add(passkey: Passkey): Promise<void>
  rename(sub: string, id: string, name: string): Promise<void>
  remove(sub: string, id: string): Promise<void>
  removeAll(sub: string): Promise<void>
  /** The unit fails with `ConditionLost('consumed')` when its counter was moved meanwhile. */
  noteUse(passkey: Passkey, counter: number, at: number): Promise<void>
}

export function createPasskeys(database: Database, writer: Writer): Passkeys {
  const { kysely } = database
  return {
    async listOf(account) {
      const query = kysely.selectFrom('passkey').selectAll().where('account', '=', account)
      const oldest = query.orderBy('created_at').orderBy('id').compile()
      return (await database.rows<PasskeyRow>(oldest)).map(toPasskey)
    },
    async add(passkey) {
      const query = kysely.insertInto('passkey').values(toRow(passkey)).compile()
      await writer.write([{ ...query, onConflict: () => new ConditionLost('exists') }])
    },
    async rename(account, id, name) {
      const update = kysely.updateTable('passkey').set({ name })
      await writer.write([update.where('account', '=', account).where('id', '=', id).compile()])
    },
    async remove(account, id) {
      const deletion = kysely.deleteFrom('passkey').where('account', '=', account)
      await writer.write([deletion.where('id', '=', id).compile()])
    },
    async removeAll(account) {
      const deletion = kysely.deleteFrom('passkey').where('account', '=', account)
      await writer.write([deletion.compile()])
    },
    async noteUse({ id, counter: before }, counter, at) {
      const update = kysely.updateTable('passkey').set({ counter, last_used_at: at })
      const query = update.where('id', '=', id).where('counter', '=', before).compile()
      await writer.write([{ ...query, onMiss: () => new ConditionLost('consumed') }])
    },
  }
}

const toRow = (passkey: Passkey): PasskeyRow => ({
  id: passkey.id,
  account: passkey.account,
  name: passkey.name,
  public_key: passkey.publicKey,
  counter: passkey.counter,
  transports: JSON.stringify(passkey.transports),
  device: passkey.device,
  created_at: passkey.createdAt,
  last_used_at: passkey.lastUsedAt,
})

const toPasskey = (row: PasskeyRow): Passkey => ({
  id: row.id,
  account: row.account,
  name: row.name,
  publicKey: row.public_key,
  counter: row.counter,
  transports: JSON.parse(row.transports) as string[],
  device: row.device,
  createdAt: row.created_at,
  lastUsedAt: row.last_used_at,
})
