import { randomBytes } from 'node:crypto'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import packageFile from '../../../package.json' with { type: 'json' }
import { createProvider } from '../../../server/src/standalone/oidc/create-provider.ts'
import { seedApps, seedDemo } from '../../../server/src/standalone/demo/seed.ts'
import { openParts } from '../../../server/src/standalone/open-parts.ts'
import type { Parts } from '../../../server/src/standalone/parts.ts'
import { hashPassword } from '../../../server/src/standalone/credentials/passwords.ts'
import { offer } from '../offer.ts'

const DAY = 24 * 3600
const BATCH = 500

/** Limits out of the way: what is measured is the work behind them, counting included. */
const ENVIRONMENT = {
  LOG_LEVEL: 'error',
  STARTS_PER_ACTOR: '1000000',
  STARTS_PER_SERVICE: '1000000',
  MFA_MAX_AGE_SECONDS: String(DAY),
}

/** An administrator with a live access token, as a login would have left them. */
async function addActor({ storage, clock }: Parts, index: number): Promise<string> {
  const sub = `usr_actor${index}`
  const now = Math.floor(clock() / 1000)
  const common = { iat: now, exp: now + DAY, accountId: sub, clientId: 'admin-panel' }
  const token = randomBytes(32).toString('base64url')
  const grantId = `grant${index}`
  await storage.accounts.add(
    {
      sub,
      email: `actor${index}@acme.test`,
      name: `Actor ${index}`,
      organization: null,
      roles: ['super_admin'],
      status: 'active',
      lastLoginAt: null,
    },
    null,
    clock(),
  )
  const grant = { ...common, kind: 'Grant', jti: grantId, openid: { scope: 'openid' } }
  await storage.models('Grant').upsert(grantId, grant, DAY)
  const extra = { acr: 'urn:understudy:acr:mfa', auth_time: now }
  const access = { ...common, kind: 'AccessToken', jti: token, grantId, scope: 'openid', extra }
  await storage.models('AccessToken').upsert(token, access, DAY)
  return token
}

async function addActors(parts: Parts, tokens: string[], wanted: number): Promise<void> {
  while (tokens.length < wanted) {
    await parts.storage.unitOfWork.run(async () => {
      for (let count = 0; count < BATCH; count++) tokens.push(await addActor(parts, tokens.length))
    })
  }
}

await offer(async (origin) => {
  const folder = join(process.argv[2] ?? '.', 'understudy')
  const parts = await openParts({ ...ENVIRONMENT, ISSUER: origin, DATA_DIR: folder })
  const { storage, impersonation, box, clock } = parts
  const urls = {
    issuer: origin,
    panel: 'http://localhost:4001',
    portal: 'http://localhost:4002',
    billing: 'http://localhost:4003',
    resource: 'http://localhost:4004',
  }
  await seedApps({ storage, clock }, urls)
  const provider = await createProvider(parts)
  await seedDemo({
    storage,
    impersonation,
    urls,
    hashPassword,
    sealTotpSecret: (secret) => box.seal(secret),
    clock,
  })
  const beside = new Sqlite(join(folder, 'understudy.sqlite'))
  const actors: string[] = []
  return {
    handler: provider.callback(),
    version: packageFile.version,
    facts: {},
    async prepare(operation, starts) {
      // Operations other than start begin with one start a lane.
      const wanted = operation === 'start' ? starts : Math.min(starts, 2 * BATCH)
      await addActors(parts, actors, wanted)
      const service = await serviceToken(origin)
      beside.exec(
        `update impersonation set ended_at = started_at, ended_by = 'admin', end_reason = 'revoked_by_admin'
         where ended_at is null`,
      )
      return actors.slice(0, wanted).map((actor) => `${service} ${actor}`)
    },
  }
})

async function serviceToken(origin: string): Promise<string> {
  const answer = await fetch(`${origin}/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${btoa('acme-backend:acme-backend-secret')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'root' }),
  })
  const { access_token: token } = (await answer.json()) as { access_token: string }
  return token
}
