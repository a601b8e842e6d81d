import { setTimeout as delay } from 'node:timers/promises'
import type { VerifierOptions } from '../../sdk/src/server/index.ts'
import { createVerifier } from '../../sdk/src/server/index.ts'
import { boot } from '../support/boot.ts'
import { castOf } from '../support/cast.ts'
import type { Api } from '../support/resource-api.ts'
import { startApi } from '../support/resource-api.ts'
import { begin, roomy } from '../support/scene.ts'

/** How long a resource server lets requests through after an end, over HTTP all the way. */

const TIMES = 200
const ACTORS = 20
const BELIEVED_MS = 5000

const booted = await boot({ env: { ...roomy, REQUIRE_MFA: 'false' } })
const cast = castOf(booted)
const service = await cast.serviceToken()
const actors = await signInActors()

console.log(`From the revocation's answer to the first 401, ms, ${TIMES} each, ${process.version}`)
console.log(`${''.padEnd(34)}     p50     p99     max`)
await measure('with the feed', {})
await measure('introspection, believed for 5 s', { feed: false })
await measure('introspection for each request', { feed: false, cacheSeconds: 0 })
await booted.close()

/** One impersonation per actor at a time, so that many can be waited for at once. */
async function signInActors(): Promise<readonly string[]> {
  const { accounts } = booted.parts.storage
  const { items } = await accounts.search({ status: 'active' }, { cursor: null, limit: 100 })
  const customers = items.filter(({ sub, roles }) => roles.length === 0 && sub !== 'usr_jane')
  const tokens: string[] = []
  for (const { sub, email } of customers.slice(0, ACTORS)) {
    await accounts.setRoles(sub, ['super_admin'])
    tokens.push((await cast.signIn(email ?? sub)).accessToken)
  }
  return tokens
}

async function measure(name: string, following: Partial<VerifierOptions>): Promise<void> {
  const verifier = createVerifier({
    issuer: booted.issuer,
    clientId: 'acme-backend',
    clientSecret: 'acme-backend-secret',
    ...following,
  })
  const api = await startApi('koa', verifier, { route: '/orders/:id' })
  while (following.feed !== false && !verifier.isFeedLive) await delay(5)
  // What may be believed for seconds must be waited for at once; what takes no time, one by one.
  const slow = following.feed === false && following.cacheSeconds !== 0
  const lanes = slow ? ACTORS : 1
  const times: number[] = []
  while (times.length < TIMES) {
    const round = actors.slice(0, lanes).map((actor) => untilRefused(api, actor, slow))
    times.push(...(await Promise.all(round)))
  }
  api.close()
  await verifier.close()
  times.sort((one, other) => one - other)
  const cells = [0.5, 0.99, 1].map((part) => quantile(times, part).toFixed(1).padStart(8))
  console.log(`${name.padEnd(34)}${cells.join('')}`)
}

async function untilRefused(api: Api, actor: string, slow: boolean): Promise<number> {
  const { id, accessToken } = await begin(cast, { actor })
  const first = await api.call(accessToken)
  if (first.status !== 200) throw new Error(`let in with ${first.status}`)
  // An end comes at any moment of the time for which the answer is believed.
  if (slow) await delay(Math.random() * BELIEVED_MS)
  const { status } = await cast.request('DELETE', `/api/v1/impersonations/${id}`, {
    token: service,
  })
  if (status !== 204) throw new Error(`revoked with ${status}`)
  const begun = performance.now()
  while ((await api.call(accessToken)).status !== 401) await delay(slow ? 10 : 0)
  return performance.now() - begun
}

function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.ceil(sorted.length * part) - 1] ?? NaN
}
