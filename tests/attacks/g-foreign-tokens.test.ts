import { exportJWK, generateKeyPair, SignJWT } from 'jose'
import { describe, expect, it } from 'vitest'
import { createVerifier } from '../../sdk/src/server/index.ts'
import { expectError, onStage } from '../support/attack.ts'
import { startResourceServer } from '../support/resource-server.ts'
import { begin } from '../support/scene.ts'

const RESOURCE = 'http://localhost:4004'

/** RFC 9449 §7.1: a token that is bound to a key is worth nothing to who lacks the key. */
describe('a stolen token that is bound to a key', () => {
  const stage = onStage('sqlite')

  const bound = async (resource?: string): Promise<string> => {
    const { publicKey, privateKey } = await generateKeyPair('ES256')
    const htu = `${stage.booted.issuer}/token`
    const proof = await new SignJWT({ htm: 'POST', htu, jti: crypto.randomUUID() })
      .setProtectedHeader({ alg: 'ES256', typ: 'dpop+jwt', jwk: await exportJWK(publicKey) })
      .setIssuedAt()
      .sign(privateKey)
    const { body } = await stage.start()
    const fields = {
      grant_type: 'refresh_token',
      client_id: 'acme-portal',
      refresh_token: body.refresh_token as string,
      ...(resource !== undefined && { resource }),
    }
    const answer = await stage.cast.form('/token', fields, undefined, { dpop: proof })
    expect([answer.status, answer.body.token_type]).toEqual([200, 'DPoP'])
    return answer.body.access_token as string
  }

  it('says nothing of the impersonation and does not end it, as a bearer', async () => {
    const token = await bound()
    const read = await stage.cast.request('GET', '/api/v1/impersonation', { token })
    expectError(read, 401, 'S2S_TOKEN_INVALID')
    const end = await stage.cast.request('POST', '/api/v1/impersonation/end', { token })
    expectError(end, 401, 'S2S_TOKEN_INVALID')
  })

  it.each([undefined, RESOURCE])(
    'opens no resource server, for the resource %s',
    async (resource) => {
      const token = await bound(resource)
      const verifier = createVerifier({
        issuer: stage.booted.issuer,
        audience: RESOURCE,
        clientId: 'acme-backend',
        clientSecret: 'acme-backend-secret',
        feed: false,
      })
      await expect(verifier.verify(token)).rejects.toMatchObject({ code: 'S2S_TOKEN_INVALID' })
      await verifier.close()
    },
  )
})

describe('a token of an app that a resource server is not made for', () => {
  const stage = onStage('sqlite')

  it('opens nothing there, though it has no audience that says so', async () => {
    const server = await startResourceServer(stage.booted)
    const panel = await server.call('/profile', stage.root)
    expect([panel.status, panel.body]).toMatchObject([401, { code: 'S2S_TOKEN_INVALID' }])
    const { accessToken } = await begin(stage.cast)
    const portal = await server.call('/profile', accessToken)
    expect([portal.status, portal.body]).toMatchObject([200, { client_id: 'acme-portal' }])
    server.close()
  })
})
