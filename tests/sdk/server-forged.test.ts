import { createHmac } from 'node:crypto'
import type { CryptoKey, JWTHeaderParameters } from 'jose'
import { generateKeyPair, importJWK, exportSPKI, SignJWT } from 'jose'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Verifier } from '../../sdk/src/server/index.ts'
import { createVerifier } from '../../sdk/src/server/index.ts'
import type { Claims, FakeIssuer } from '../support/resource-fake-issuer.ts'
import { AUDIENCE, claimsOf, ORDINARY, startFakeIssuer } from '../support/resource-fake-issuer.ts'

const encode = (part: unknown): string => Buffer.from(JSON.stringify(part)).toString('base64url')
const service = { clientId: 'service', clientSecret: 'secret' }

describe('a JWT at a resource server', () => {
  let fake: FakeIssuer
  let verifier: Verifier

  beforeAll(async () => {
    fake = await startFakeIssuer()
    verifier = createVerifier({ issuer: fake.issuer, audience: AUDIENCE, ...service, feed: false })
  })
  afterAll(async () => {
    await verifier.close()
    fake.close()
  })
  const expectRefused = async (token: string): Promise<void> => {
    await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'S2S_TOKEN_INVALID' })
  }

  it('says who acts, in whose name and how far', async () => {
    const verified = await verifier.verify(await fake.sign())
    expect(verified).toMatchObject({
      subject: 'usr_jane',
      actor: 'usr_root',
      impersonationId: 'imp_1',
      mode: 'read_only',
      clientId: 'acme-portal',
      scope: new Set(['openid', 'orders:read']),
    })
  })

  it('is refused without a signature', async () => {
    for (const alg of ['none', 'None', 'NONE'])
      await expectRefused(`${encode({ alg, typ: 'at+jwt' })}.${encode(claimsOf(fake.issuer))}.`)
  })

  it('is refused when it is signed with the public key as a secret', async () => {
    const key = (await importJWK({ ...fake.publicKey, ext: true }, 'ES256')) as CryptoKey
    const secrets = [await exportSPKI(key), JSON.stringify(fake.publicKey)]
    const start = `${encode({ alg: 'HS256', typ: 'at+jwt', kid: 'k1' })}.${encode(claimsOf(fake.issuer))}`
    for (const secret of secrets)
      await expectRefused(
        `${start}.${createHmac('sha256', secret).update(start).digest('base64url')}`,
      )
  })

  it('is refused when somebody else has signed it, also under the same key id', async () => {
    const { privateKey } = await generateKeyPair('ES256')
    for (const kid of ['k1', 'other']) {
      const forged = new SignJWT(claimsOf(fake.issuer))
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
        .sign(privateKey)
      await expectRefused(await forged)
    }
  })

  it('is refused when one character of it was changed', async () => {
    const [head = '', , signature = ''] = (await fake.sign()).split('.')
    const other = encode(claimsOf(fake.issuer, { impersonation_mode: 'full' }))
    await expectRefused(`${head}.${other}.${signature}`)
  })

  const now = Math.floor(Date.now() / 1000)
  const cases: [string, Claims, Partial<JWTHeaderParameters>?][] = [
    ['for another audience', { aud: 'http://other.test' }],
    ['for no audience', { aud: undefined }],
    ['of another issuer', { iss: 'http://evil.test' }],
    ['that has expired', { exp: now - 1 }],
    ['that never expires', { exp: undefined }],
    ['that is not valid yet', { nbf: now + 60 }],
    ['without a subject', { sub: undefined }],
    ['that is an ID token', {}, { typ: 'JWT' }],
    ['without a type', {}, { typ: '' }],
    ['with an actor and no impersonation', { impersonation_id: undefined }],
    ['with an impersonation and no actor', { act: undefined }],
    ['with an actor that is nobody', { act: {} }],
    ['with an actor that is no object', { act: 'usr_root' }],
    ['bound to a key that the caller has not shown', { cnf: { jkt: 'thumbprint' } }],
    ['of an ordinary user that is bound to a key', { ...ORDINARY, cnf: { jkt: 'thumbprint' } }],
  ]
  it.each(cases)('is refused: one %s', async (_title, claims, header) => {
    await expectRefused(await fake.sign(claims, header))
  })

  it.each(['', ' ', 'a b', 'a.b.c', '..', 'ä', 'a\r\nb', 'e30.e30.e30', `${'a'.repeat(9000)}.b.c`])(
    'is refused without a question when it is %j',
    async (token) => {
      const before = fake.asked('/token/introspection')
      await expectRefused(token)
      expect(fake.asked('/token/introspection')).toBe(before)
    },
  )

  it('takes a mode nobody knows for the one that may do least', async () => {
    const verified = await verifier.verify(await fake.sign({ impersonation_mode: 'god' }))
    expect(verified.mode).toBe('read_only')
  })

  it('is not taken at all by a resource server that has not said who it is', async () => {
    const nobody = createVerifier({ issuer: fake.issuer, ...service, feed: false })
    const refused = nobody.verify(await fake.sign(ORDINARY))
    await expect(refused).rejects.toMatchObject({ code: 'S2S_TOKEN_INVALID' })
  })

  it('is taken from the apps that are named, and from no other', async () => {
    const { issuer } = fake
    const clients = ['acme-portal', 'acme-billing']
    const some = createVerifier({ issuer, audience: AUDIENCE, ...service, feed: false, clients })
    expect(await some.verify(await fake.sign())).toMatchObject({ clientId: 'acme-portal' })
    for (const client_id of ['admin-panel', '', undefined]) {
      const refused = some.verify(await fake.sign({ ...ORDINARY, client_id }))
      await expect(refused).rejects.toMatchObject({ code: 'S2S_TOKEN_INVALID' })
    }
  })

  it('dies with its own time, also where it was verified before', async () => {
    let ahead = 0
    const clock = (): number => Date.now() + ahead
    const { issuer } = fake
    const later = createVerifier({ issuer, audience: AUDIENCE, ...service, feed: false, clock })
    const token = await fake.sign(ORDINARY)
    await later.verify(token)
    ahead = 300_000
    await expect(later.verify(token)).rejects.toMatchObject({ code: 'S2S_TOKEN_INVALID' })
  })

  it('costs the issuer nothing when nobody is impersonated', async () => {
    const before = fake.asked('/api/v1/impersonations/')
    const jwks = fake.asked('/jwks')
    for (let at = 0; at < 10; at += 1)
      await verifier.verify(await fake.sign({ ...ORDINARY, jti: String(at) }))
    expect(fake.asked('/api/v1/impersonations/')).toBe(before)
    expect(fake.asked('/jwks')).toBe(jwks)
  })
})
