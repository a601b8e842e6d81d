import { createHash } from 'node:crypto'
import type { RegisteredApp } from '../../index.ts'
import { serviceScopes } from '../../index.ts'
import type { DemoUrls } from '@understudy/demo'

/** The secret of a confidential client of the demo (contract §7). */
export const demoSecret = (clientId: string): string => `${clientId}-secret`

const secretHash = (clientId: string): string =>
  createHash('sha256').update(demoSecret(clientId)).digest('base64url')

/** What a customer of the portal or of billing can be asked for. */
export const CUSTOMER_SCOPE = 'openid profile email orders:read orders:write offline_access'

type Own = Pick<RegisteredApp, 'clientId' | 'name'> & Partial<RegisteredApp>

const app = (type: RegisteredApp['type'], own: Own): RegisteredApp => ({
  type,
  enabled: true,
  requireConsent: false,
  redirectUris: [],
  postLogoutRedirectUris: [],
  scope: '',
  serviceScope: '',
  writeScopes: [],
  resources: [],
  secretHash: type === 'spa' ? null : secretHash(own.clientId),
  grantTypes: [],
  idTokenAlg: 'ES256',
  introspectsAll: false,
  ...own,
})

const customerApp = (resource: string, own: Own): RegisteredApp =>
  app('spa', {
    scope: CUSTOMER_SCOPE,
    writeScopes: ['orders:write'],
    resources: [resource],
    grantTypes: ['authorization_code', 'refresh_token'],
    ...own,
  })

const service = (own: Own): RegisteredApp =>
  app('s2s', { grantTypes: ['client_credentials'], ...own })

/** The apps of contract §7 at the given places. */
export const demoApps = (urls: DemoUrls): RegisteredApp[] => [
  ...browserApps(urls),
  web,
  ...services,
]

const browserApps = ({ panel, portal, billing, resource }: DemoUrls): RegisteredApp[] => [
  app('web', {
    clientId: 'admin-panel',
    name: 'Admin panel',
    redirectUris: [`${panel}/auth/callback`],
    postLogoutRedirectUris: [`${panel}/`],
    scope: 'openid profile email offline_access',
    serviceScope: serviceScopes.join(' '),
    grantTypes: ['authorization_code', 'refresh_token', 'client_credentials'],
  }),
  customerApp(resource, {
    clientId: 'acme-portal',
    name: 'Acme Portal',
    redirectUris: [`${portal}/callback`],
    postLogoutRedirectUris: [`${portal}/`],
  }),
  customerApp(resource, {
    clientId: 'acme-billing',
    name: 'Acme Billing',
    requireConsent: true,
    redirectUris: [`${billing}/callback`, `${billing}/callback?from=billing`],
    postLogoutRedirectUris: [`${billing}/`],
  }),
]

const web: RegisteredApp = app('web', {
  clientId: 'acme-web',
  name: 'Acme Website',
  // Nothing of the demo listens there: this app exists to be refused as a place to impersonate in.
  redirectUris: ['https://web.acme.test/callback'],
  scope: 'openid profile email',
  grantTypes: ['authorization_code'],
})

const services: readonly RegisteredApp[] = [
  service({
    clientId: 'acme-backend',
    name: 'Acme Backend',
    serviceScope: serviceScopes.join(' '),
    introspectsAll: true,
  }),
  service({
    clientId: 'acme-readonly',
    name: 'Acme Reporting',
    serviceScope: serviceScopes.filter((scope) => scope.startsWith('read_')).join(' '),
  }),
]
