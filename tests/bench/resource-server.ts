import { createRemoteJWKSet, jwtVerify } from 'jose'
import { createVerifier } from '../../sdk/src/server/index.ts'
import { AUDIENCE, ORDINARY, startFakeIssuer } from '../support/resource-fake-issuer.ts'
import { median } from './interleave.ts'

/** What a resource server pays for each request, as ratios to a bare verification in the same run. */

const ROUNDS = 15
const TOKENS = 400
const WARM = 40_000

const fake = await startFakeIssuer()
const { issuer } = fake
const verifier = createVerifier({ issuer, audience: AUDIENCE, clientId: 'a', clientSecret: 'b' })
const keys = createRemoteJWKSet(new URL(`${issuer}/jwks`))
const expected = { issuer, audience: AUDIENCE, typ: 'at+jwt', algorithms: ['ES256'] }
const impersonated = await fake.sign()
while (!verifier.isFeedLive) await new Promise(setImmediate)

const bare: number[] = []
const cold: number[] = []
const warm: number[] = []
for (let round = -2; round < ROUNDS; round += 1) {
  const tokens = await ordinaryTokens(round)
  const ofBare = await microseconds(TOKENS, (at) => jwtVerify(tokens[at] ?? '', keys, expected))
  const ofCold = await microseconds(TOKENS, (at) => verifier.verify(tokens[at] ?? ''))
  const ofWarm = await microseconds(WARM, () => verifier.verify(impersonated))
  // The first rounds warm the machine up.
  if (round < 0) continue
  bare.push(ofBare)
  cold.push(ofCold)
  warm.push(ofWarm)
}
await verifier.close()
fake.close()

const against = (ours: readonly number[]): readonly number[] =>
  ours.map((one, at) => (bare[at] ?? NaN) / one)
const slower = against(cold).map((ratio) => 1 / ratio)
console.log(`CPU µs each, medians of ${ROUNDS} interleaved rounds, ${process.version}`)
console.log(`bare jose verification            ${median(bare).toFixed(1)}`)
console.log(`token without act, never seen     ${median(cold).toFixed(1)}`)
console.log(`token with act, warm, feed live   ${median(warm).toFixed(2)}`)
console.log(`warm against jose: ${median(against(warm)).toFixed(0)}× faster (budget ≥ 50×)`)
console.log(`without act against jose: ${median(slower).toFixed(2)}× (budget ≤ 1.1×)`)

function ordinaryTokens(round: number): Promise<string[]> {
  const jtis = Array.from({ length: TOKENS }, (_, at) => `${round}/${at}`)
  return Promise.all(jtis.map((jti) => fake.sign({ ...ORDINARY, jti })))
}

/** CPU time of the whole process: signatures are verified on other threads. */
async function microseconds(
  times: number,
  work: (at: number) => Promise<unknown>,
): Promise<number> {
  const before = process.cpuUsage()
  for (let at = 0; at < times; at += 1) await work(at)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / times
}
