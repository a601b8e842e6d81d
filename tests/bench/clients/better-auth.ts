import type { Lane, Peer, PreparedRequest, Ready, Reply } from '../peer.ts'
import { success } from './success.ts'

/**
 * What is compared to what. Better Auth has no OAuth server in its core, so only `start` is the
 * same operation, and only `start` has a budget against it.
 * - start: `POST /admin/impersonate-user`: admin's session read, subject read, one session row.
 * - introspect: `GET /get-session` with all of an impersonation's cookies: token to row and user.
 * - refresh: the same call on an instance with `updateAge: 0` and without the `dont_remember`
 *   cookie: the session is due every time and its row is updated durably. No rotation, no ID token
 *   and no audit event, so it is less work than our refresh.
 * - clientCredentials: nothing alike.
 */
export const betterAuth: Peer = {
  name: 'Better Auth',
  entry: new URL('../peers/better-auth.ts', import.meta.url),
  operations: ['start', 'refresh', 'introspect'],
  lane: (ready) => lane(ready),
}

interface Jar {
  session: string
  dontRemember: string
}

function lane(ready: Ready): Lane {
  const { adminCookie = '', subject = '', origin = '' } = ready.facts
  const jar: Jar = { session: '', dontRemember: '' }
  return {
    start: () => ({
      method: 'POST',
      path: '/api/auth/admin/impersonate-user',
      // its CSRF check wants a trusted origin beside a cookie
      headers: { 'content-type': 'application/json', cookie: adminCookie, origin },
      body: JSON.stringify({ userId: subject }),
      consume: (reply) => {
        if (success(reply)['session'] === undefined) throw new Error('no session')
        jar.session = cookieOf(reply, 'session_token')
        jar.dontRemember = cookieOf(reply, 'dont_remember')
      },
    }),
    refresh: () => getSession('/api/refresh', jar.session, true),
    introspect: () => getSession('/api/auth', `${jar.session}; ${jar.dontRemember}`, false),
  }
}

function getSession(base: string, cookie: string, updates: boolean): PreparedRequest {
  return {
    method: 'GET',
    path: `${base}/get-session`,
    headers: { cookie },
    body: '',
    consume: (reply) => {
      success(reply)
      // the session's cookie is set again exactly when its row was written
      if (setCookies(reply, 'session_token').length > 0 !== updates) {
        throw new Error(updates ? 'session was not refreshed' : 'session was refreshed')
      }
    },
  }
}

function setCookies(reply: Reply, name: string): readonly string[] {
  const all = reply.headers['set-cookie'] ?? []
  return all
    .filter((cookie) => cookie.includes(`${name}=`) && !/max-age=0/i.test(cookie))
    .map((cookie) => cookie.split(';', 1)[0] ?? '')
}

function cookieOf(reply: Reply, name: string): string {
  const cookie = setCookies(reply, name).at(-1)
  if (cookie === undefined) throw new Error(`no cookie ${name}`)
  return cookie
}
