import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { CookieJar } from '../support/cookie-jar.ts'
import { readEvents } from '../support/event-reader.ts'
import { assertInvariants } from '../support/invariants.ts'
import { begin, clearStage, expectDead, expectEnded, expectOpen, roomy } from '../support/scene.ts'
import { signOut } from '../support/sign-out.ts'

const ROOT = 'root@acme.test'
const LONG = { scope: 'openid profile email offline_access', params: { prompt: 'consent' } }

describe.each(['sqlite', 'postgres'] as const)('the actor’s sign-out, on %s', (database) => {
  let booted: Booted
  let cast: Cast
  beforeAll(async () => {
    booted = await boot({ database, env: roomy })
    cast = castOf(booted)
  })
  beforeEach(() => clearStage(booted))
  afterAll(async () => {
    await assertInvariants(booted, cast)
    await booted.close()
  })

  /** As when it has run out, or something else has removed it. */
  async function loseSession(sub: string): Promise<void> {
    const { storage } = booted.parts
    for (const { uid } of await storage.sessions.listOf(sub, Date.now())) {
      const id = (await storage.models('Session').findByUid(uid))?.['jti']
      if (typeof id === 'string') await storage.models('Session').destroy(id)
    }
  }
  const read = async (id: string): Promise<unknown[]> => {
    const token = await cast.serviceToken()
    const { body } = await cast.request('GET', `/api/v1/impersonations/${id}`, { token })
    return [body.status, body.ended_by, body.end_reason]
  }
  const ENDED = ['ended', 'logout', 'impersonator_signed_out']

  it('is in the feed before anybody has used or asked for a token', async () => {
    const jar = new CookieJar()
    const { accessToken: actor } = await cast.signIn(ROOT, { jar, ...LONG })
    const begun = await begin(cast, { actor })
    const address = `${booted.issuer}/api/v1/impersonations/ended`
    const feed = await readEvents(address, await cast.serviceToken())
    await signOut(booted, jar)
    await expectEnded(booted, cast, begun.id, 'impersonator_signed_out')
    // What had ended before may be told again.
    let event = await feed.next()
    while (event.data['impersonation_id'] !== begun.id) event = await feed.next()
    expect(event).toEqual({
      event: 'ended',
      id: expect.any(String) as string,
      data: {
        impersonation_id: begun.id,
        ended_at: expect.any(String) as string,
        ended_by: 'logout',
      },
    })
    feed.close()
    expect(await read(begun.id)).toEqual(ENDED)
    await expectDead(cast, begun)
  })

  it('ends only what was started from there', async () => {
    const [here, there] = [new CookieJar(), new CookieJar()]
    const { accessToken: actor } = await cast.signIn(ROOT, { jar: here })
    await cast.signIn(ROOT, { jar: there })
    const begun = await begin(cast, { actor })
    await signOut(booted, there)
    await expectOpen(booted, cast, begun.id)
    expect((await cast.userinfo(begun.accessToken)).status).toBe(200)
    await signOut(booted, here)
    await expectEnded(booted, cast, begun.id, 'impersonator_signed_out')
  })

  it('starts nothing afterwards, whatever token is left', async () => {
    const jar = new CookieJar()
    const { accessToken: actor } = await cast.signIn(ROOT, { jar, ...LONG })
    expect((await cast.start({ actor })).status).toBe(200)
    await signOut(booted, jar)
    for (const path of ['', '/check']) {
      const answer = await cast.request(
        'POST',
        `/api/v1/users/usr_jane/impersonation/acme-portal${path}`,
        { token: await cast.serviceToken(), json: { impersonatorToken: actor } },
      )
      expect([answer.status, answer.body]).toEqual([
        403,
        {
          error: 'access_denied',
          error_description: expect.any(String) as string,
          code: 'IMPERSONATOR_TOKEN_INVALID',
          request_id: expect.any(String) as string,
        },
      ])
    }
  })

  it('is noticed where a single one is read, also when nobody has said it', async () => {
    const { accessToken: actor } = await cast.signIn(ROOT, LONG)
    const begun = await begin(cast, { actor })
    expect(await read(begun.id)).toEqual(['active', null, null])
    await loseSession('usr_root')
    expect(await read(begun.id)).toEqual(ENDED)
    await expectEnded(booted, cast, begun.id, 'impersonator_signed_out')
  })

  it('is noticed within seconds by the server itself, whatever else waits', async () => {
    const others = ['root2@acme.test']
    for (const email of others) {
      const { accessToken: actor } = await cast.signIn(email)
      await begin(cast, { actor, user: 'usr_omar' })
    }
    const { accessToken: actor } = await cast.signIn(ROOT, LONG)
    const begun = await begin(cast, { actor })
    const { impersonation } = booted.parts
    await impersonation.sweep()
    await expectOpen(booted, cast, begun.id)
    await loseSession('usr_root')
    expect(await impersonation.sweep()).toBe(1)
    await expectEnded(booted, cast, begun.id, 'impersonator_signed_out')
    expect(await impersonation.sweep()).toBe(0)
  })
})
