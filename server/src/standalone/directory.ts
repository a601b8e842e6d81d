import type { Clock } from './clock.ts'
import type { Directory, Storage } from '../index.ts'
import { readAll } from './read-all.ts'

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
    countAccounts: (filter, atMost) => accounts.count(filter, atMost),
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
  const apps = await readAll((page) => storage.apps.list(page))
  const pages = apps.filter((app) => app.enabled && app.type === 'spa')
  return new Set(pages.flatMap((app) => app.redirectUris.map((uri) => new URL(uri).origin)))
}
