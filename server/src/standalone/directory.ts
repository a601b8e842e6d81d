import type { Clock } from './clock.ts'
import type { Directory, Storage } from '../index.ts'

/** Origins change rarely, and every preflight asks for them. */
const ORIGINS_MS = 5000

/** The ready-made server's own accounts, apps and consents, as the extension wants to see them. */
export function createDirectory(storage: Storage, clock: Clock): Directory {
  const { accounts, apps, consents } = storage
  let origins: { readonly until: number; readonly all: ReadonlySet<string> } | undefined

  return {
    findAccount: (sub) => accounts.find(sub),
    findApp: (clientId) => apps.find(clientId),
    findConsent: (sub, clientId) => consents.find(sub, clientId),
    searchAccounts: (filter, page) => accounts.search(filter, page),
    listApps: (page) => apps.list(page),
    listConsents: (sub) => consents.listOf(sub),
    async hasAppAt(origin) {
      const now = clock()
      if (origins === undefined || origins.until < now) {
        origins = { until: now + ORIGINS_MS, all: await findOrigins(storage) }
      }
      return origins.all.has(origin)
    },
  }
}

async function findOrigins(storage: Storage): Promise<ReadonlySet<string>> {
  const origins = new Set<string>()
  let cursor: string | null = null
  do {
    const page: Awaited<ReturnType<typeof storage.apps.list>> = await storage.apps.list({
      cursor,
      limit: 100,
    })
    for (const app of page.items.filter((item) => item.enabled && item.type === 'spa')) {
      for (const uri of app.redirectUris) origins.add(new URL(uri).origin)
    }
    cursor = page.nextCursor
  } while (cursor !== null)
  return origins
}
