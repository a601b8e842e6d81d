import fc from 'fast-check'
import { expect, vi } from 'vitest'
import type { Booted } from './boot.ts'
import type { Cast } from './cast.ts'
import type { Model, ModelImpersonation, ModelToken } from './crash-model.ts'

/** The real thing, and which of its tokens is which of the model's. */
export interface Real {
  readonly booted: Booted
  readonly cast: Cast
  readonly service: () => Promise<string>
  readonly actorToken: (email: string) => Promise<string>
  readonly ids: Map<ModelImpersonation, string>
  readonly texts: Map<ModelToken, string>
  readonly settled: Set<ModelToken>
}

type Command = fc.AsyncCommand<Model, Real>

const ACTORS = { usr_root: 'root@acme.test', usr_root2: 'root2@acme.test' } as const
const actor = fc.constantFrom<keyof typeof ACTORS>('usr_root', 'usr_root2')
const subject = fc.constantFrom('usr_jane', 'usr_omar')
/** One that asks for consent. */
const APP = 'acme-billing'
/** `clockTolerance` of oidc-provider, in seconds. */
const TOLERANCE = 15
const seconds = (): number => Math.floor(Date.now() / 1000)

/** After every command: status of every impersonation, and life of every token, wherever one asks. */
export async function compare(model: Model, real: Real, all = false): Promise<void> {
  const { booted, cast, ids, texts, settled } = real
  const now = seconds()
  await Promise.all(
    model.tokens.map(async (token) => {
      // Once seen dead with its impersonation, it is looked at again when the history is over.
      if (settled.has(token) && !all) return
      const text = texts.get(token) ?? ''
      const alive = model.isAlive(token, now)
      const { body } = await cast.introspect(text)
      expect(body.active, `${token.kind} ${String(model.tokens.indexOf(token))}`).toBe(alive)
      if (token.of.over !== null) settled.add(token)
      if (token.kind === 'refresh') return
      // The library's own routes take an access token a little longer; never one of an ended impersonation.
      const late = model.isAlive(token, now, TOLERANCE)
      expect((await cast.userinfo(text)).status).toBe(late ? 200 : 401)
    }),
  )
  await booted.parts.impersonation.sweep()
  for (const [one, id] of ids) {
    const row = await booted.parts.storage.impersonations.find(id)
    expect(row?.ended?.reason ?? null).toBe(one.over)
  }
}

const command = (
  name: string,
  run: (model: Model, real: Real, now: number) => Promise<void>,
  check: (model: Model) => boolean = () => true,
): Command => ({
  check,
  toString: () => name,
  async run(model, real) {
    await run(model, real, seconds())
    await compare(model, real)
  },
})

const start = (who: keyof typeof ACTORS, whom: string): Command =>
  command(`start(${who}, ${whom})`, async (model, real) => {
    // Before the moment is taken: signing in takes some.
    const input = { service: await real.service(), actor: await real.actorToken(ACTORS[who]) }
    const now = seconds()
    const { body } = await real.cast.start({ ...input, user: whom, app: APP })
    const expected = model.start(who, whom, now)
    // Who is disabled cannot renew a token that has become too old.
    const code = body.code === 'IMPERSONATOR_TOKEN_INVALID' ? 'IMPERSONATOR_NOT_ALLOWED' : body.code
    expect(code ?? 'started').toBe(typeof expected === 'string' ? expected : 'started')
    if (typeof expected === 'string') return
    real.ids.set(expected, body.impersonation_id)
    real.texts.set(model.tokens.at(-1) as ModelToken, body.refresh_token)
  })

const refreshTokens = (model: Model, consumed: boolean): ModelToken[] =>
  model.tokens.filter((token) => token.kind === 'refresh' && token.consumed === consumed)

const refresh = (pick: number, consumed: boolean): Command =>
  command(
    consumed ? `reuse(${pick})` : `refresh(${pick})`,
    async (model, real, now) => {
      const known = refreshTokens(model, consumed)
      const token = known[pick % known.length] as ModelToken
      const { status, body } = await real.cast.refresh(real.texts.get(token) ?? '', {
        client_id: APP,
      })
      if (!model.app) {
        expect([status, body.error]).toEqual([401, 'invalid_client'])
        return
      }
      const expected = model.refresh(token, now)
      expect([status, body.error]).toEqual(expected ? [200, undefined] : [400, 'invalid_grant'])
      if (!expected) return
      const [next, access] = model.tokens.slice(-2) as [ModelToken, ModelToken]
      expect(body.expires_in).toBeLessThanOrEqual(access.exp - now)
      real.texts.set(next, body.refresh_token)
      real.texts.set(access, body.access_token)
    },
    (model) => refreshTokens(model, consumed).length > 0,
  )

const end = (pick: number): Command =>
  command(
    `end(${pick})`,
    async (model, real, now) => {
      const one = model.impersonations[pick % model.impersonations.length] as ModelImpersonation
      const path = `/api/v1/impersonations/${real.ids.get(one) ?? ''}`
      const { status } = await real.cast.request('DELETE', path, { token: await real.service() })
      expect(status).toBe(204)
      model.end(one, 'revoked_by_admin', now)
    },
    (model) => model.impersonations.length > 0,
  )

const setActive = (sub: string, active: boolean): Command =>
  command(`${active ? 'enable' : 'disable'}(${sub})`, async (model, { booted }) => {
    await booted.parts.storage.accounts.setStatus(sub, active ? 'active' : 'disabled')
    await booted.parts.impersonation.changed({ account: sub })
    const account = sub in ACTORS ? model.actor(sub) : model.subject(sub)
    account.active = active
  })

const setRole = (sub: string, role: boolean): Command =>
  command(`${role ? 'promote' : 'demote'}(${sub})`, async (model, { booted }) => {
    await booted.parts.storage.accounts.setRoles(sub, role ? ['super_admin'] : [])
    await booted.parts.impersonation.changed({ account: sub })
    if (sub in ACTORS) model.actor(sub).role = role
    else model.subject(sub).staff = role
  })

const setConsent = (sub: string, given: boolean): Command =>
  command(`${given ? 'consent' : 'withdraw'}(${sub})`, async (model, { booted }) => {
    const { consents } = booted.parts.storage
    const scope = 'openid profile email orders:read orders:write offline_access'
    if (given) await consents.grant(sub, APP, scope, Date.now())
    else await consents.revoke(sub, APP, Date.now())
    await booted.parts.impersonation.changed({ account: sub })
    model.subject(sub).consent = given
  })

const setApp = (enabled: boolean): Command =>
  command(`app(${String(enabled)})`, async (model, { booted }) => {
    await booted.parts.storage.apps.setEnabled(APP, enabled)
    await booted.parts.impersonation.changed({ app: APP })
    model.app = enabled
  })

const turn = (by: number): Command =>
  command(`advance(${by})`, async () => {
    vi.setSystemTime(Date.now() + by * 1000)
  })

const pick = fc.nat(7)
const anybody = fc.oneof(actor, subject)
const mostly = fc.oneof({ arbitrary: fc.constant(true), weight: 3 }, fc.constant(false))

export const commands: fc.Arbitrary<Iterable<Command>> = fc.commands(
  [
    fc.tuple(actor, subject).map((input) => start(...input)),
    fc.tuple(actor, subject).map((input) => start(...input)),
    pick.map((n) => refresh(n, false)),
    pick.map((n) => refresh(n, false)),
    pick.map((n) => refresh(n, true)),
    pick.map(end),
    fc.tuple(anybody, mostly).map((input) => setActive(...input)),
    fc.tuple(actor, mostly).map((input) => setRole(...input)),
    fc.tuple(subject, mostly).map(([sub, plain]) => setRole(sub, !plain)),
    fc.tuple(subject, mostly).map((input) => setConsent(...input)),
    mostly.map(setApp),
    fc.constantFrom(1, 30, 299, 300, 301, 900, 1499, 1799, 1800).map(turn),
  ],
  { maxCommands: 14, size: 'max' },
)
