import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { RequestListener } from 'node:http'
import { join } from 'node:path'
import { betterAuth } from 'better-auth'
import type { BetterAuthOptions } from 'better-auth'
import { getMigrations } from 'better-auth/db/migration'
import { toNodeHandler } from 'better-auth/node'
import { admin } from 'better-auth/plugins/admin'
import type { Database } from 'better-sqlite3'
import { offer } from '../offer.ts'
import { openDurable } from './durable-database.ts'

const SIGN_UP = '/api/auth/sign-up/email'

const REFRESH_PATH = '/api/refresh'

type Handle = (request: Request) => Promise<Response>

/** Its defaults, but for what a load would trip over or what reports to outside. */
function options(origin: string, database: Database): BetterAuthOptions {
  return {
    baseURL: origin,
    secret: randomBytes(32).toString('base64url'),
    database,
    emailAndPassword: { enabled: true },
    plugins: [admin()],
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    logger: { level: 'error' },
  }
}

async function signUp(handle: Handle, origin: string, name: string): Promise<Response> {
  const response = await handle(
    new Request(`${origin}${SIGN_UP}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', origin },
      body: JSON.stringify({ name, email: `${name}@bench.test`, password: 'understudy-bench' }),
    }),
  )
  if (!response.ok) throw new Error(`sign-up: ${await response.text()}`)
  return response
}

function routed(
  usual: ReturnType<typeof toNodeHandler>,
  refreshing: ReturnType<typeof toNodeHandler>,
): RequestListener {
  return (request, response) => {
    const handle = request.url?.startsWith(REFRESH_PATH) === true ? refreshing : usual
    void handle(request, response)
  }
}

function installedVersion(): string {
  const manifest = new URL('../../package.json', import.meta.resolve('better-auth/node'))
  const { version } = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  return version
}

await offer(async (origin) => {
  const database = openDurable(join(process.argv[2] ?? '.', 'better-auth.sqlite'))
  const configured = options(origin, database)
  await (await getMigrations(configured)).runMigrations()
  const auth = betterAuth(configured)
  // an instance of its own: updateAge 0 would add a write to every start and introspection
  const refreshing = betterAuth({
    ...configured,
    basePath: REFRESH_PATH,
    session: { updateAge: 0 },
  })
  const adminSignUp = await signUp(auth.handler, origin, 'admin')
  const { user } = (await (await signUp(auth.handler, origin, 'jane')).json()) as {
    user: { id: string }
  }
  // the plugin's own route for this needs an admin already
  database.prepare(`UPDATE user SET role = 'admin' WHERE email = 'admin@bench.test'`).run()
  const adminCookie = adminSignUp.headers
    .getSetCookie()
    .map((cookie) => cookie.split(';', 1)[0])
    .join('; ')
  return {
    handler: routed(toNodeHandler(auth), toNodeHandler(refreshing)),
    version: installedVersion(),
    facts: { adminCookie, subject: user.id, origin },
  }
})
