import type { Account, App, Consent, Directory, Page } from 'understudy'

/** A directory over plain objects, which a test may change while the host runs. */
export interface PlainDirectory extends Directory {
  readonly accounts: Map<string, Account>
  readonly apps: Map<string, App>
  /** By `<sub> <client_id>`. */
  readonly consents: Map<string, Consent>
  /** Waited for wherever a consent is read, which every look at a pair of people and app does once. */
  hold: () => Promise<void>
}

export function plainDirectory(
  accounts: readonly Account[],
  apps: readonly App[],
  consents: readonly (Consent & { readonly sub: string })[] = [],
): PlainDirectory {
  const people = new Map(accounts.map((account) => [account.sub, account]))
  const clients = new Map(apps.map((app) => [app.clientId, app]))
  const given = new Map(consents.map(({ sub, ...consent }) => [`${sub} ${consent.app}`, consent]))
  const page = <Item>(items: readonly Item[]): Page<Item> => ({ items, nextCursor: null })
  const directory: PlainDirectory = {
    accounts: people,
    apps: clients,
    consents: given,
    hold: () => Promise.resolve(),
    findAccount: async (sub) => people.get(sub),
    findApp: async (clientId) => clients.get(clientId),
    async findConsent(sub, clientId) {
      await directory.hold()
      return given.get(`${sub} ${clientId}`)
    },
    searchAccounts: async ({ q = '' }) =>
      page([...people.values()].filter(({ email }) => email.includes(q.toLowerCase()))),
    listApps: async () => page([...clients.values()]),
    listConsents: async (sub) =>
      [...given].filter(([key]) => key.startsWith(`${sub} `)).map(([, consent]) => consent),
    hasAppAt: async (origin) =>
      [...clients.values()].some(
        ({ enabled, redirectUris }) =>
          enabled && redirectUris.some((uri) => URL.parse(uri)?.origin === origin),
      ),
  }
  return directory
}

export const account = (sub: string, more: Partial<Account> = {}): Account => ({
  sub,
  email: `${sub}@people.test`,
  name: `Name of ${sub}`,
  organization: null,
  roles: [],
  status: 'active',
  lastLoginAt: null,
  ...more,
})

export const app = (clientId: string, more: Partial<App> = {}): App => ({
  clientId,
  name: `Name of ${clientId}`,
  type: 'spa',
  enabled: true,
  requireConsent: false,
  redirectUris: [`https://${clientId}.test/callback`],
  scope: 'openid profile orders:read orders:write offline_access',
  writeScopes: ['orders:write'],
  resources: [],
  ...more,
})
