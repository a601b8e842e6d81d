import { z } from 'zod'
import { serviceScopes, textSchema } from '../../index.ts'
import { loopbackNames } from '../web/loopback-names.ts'

export interface NewApp {
  readonly clientId: string
  readonly name: string
  readonly type: 'spa' | 'web' | 's2s'
  readonly redirectUris: readonly string[]
  readonly postLogoutRedirectUris: readonly string[]
  /** Space-separated; `openid profile email` for apps people sign in to when it is left out. */
  readonly scope?: string | undefined
  /** Those of the scope that end in `:write` when it is left out. */
  readonly writeScopes?: readonly string[] | undefined
  readonly resources: readonly string[]
  readonly requireConsent: boolean
  /** Scopes for client credentials, space-separated. */
  readonly serviceScope: string
  readonly introspectsAll: boolean
}

/** RFC 9700 §2.1 and §4.1.1: exact URIs, encrypted unless they stay on the machine. */
function isCallback(text: string): boolean {
  const url = URL.parse(text)
  if (url === null || text.includes('#') || text.includes('*')) return false
  if (url.username !== '' || url.password !== '') return false
  return url.protocol === 'https:' || (url.protocol === 'http:' && loopbackNames.has(url.hostname))
}

const callback = z
  .string()
  .max(2000)
  .refine(isCallback, 'must be https (http on localhost), without fragment, wildcard or user')

/** RFC 8707 §2. */
const resource = z
  .string()
  .refine(
    (text) => URL.canParse(text) && !text.includes('#'),
    'must be an absolute URI, no fragment',
  )

/** RFC 6749 §3.3. */
const SCOPE = /^[\x21\x23-\x5b\x5d-\x7e]+(?: [\x21\x23-\x5b\x5d-\x7e]+)*$/
const scope = z.string().regex(SCOPE, 'must be words separated by single spaces')

const isServiceScope = (text: string): boolean =>
  text === '' ||
  text.split(' ').every((word) => (serviceScopes as readonly string[]).includes(word))

/** What cannot be meant, by the option it concerns. */
const rules: readonly (readonly [keyof NewApp, string, (app: NewApp) => boolean])[] = [
  [
    'redirectUris',
    'is needed at least once',
    (app) => isService(app) || app.redirectUris.length > 0,
  ],
  [
    'redirectUris',
    'is not for services',
    (app) => !isService(app) || app.redirectUris.length === 0,
  ],
  ['scope', 'is not for services', (app) => !isService(app) || app.scope === undefined],
  [
    'scope',
    'must contain openid',
    (app) => app.scope === undefined || app.scope.split(' ').includes('openid'),
  ],
  [
    'writeScopes',
    'must be part of the scope',
    (app) => (app.writeScopes ?? []).every((word) => (app.scope ?? '').split(' ').includes(word)),
  ],
  ['requireConsent', 'is not for services', (app) => !isService(app) || !app.requireConsent],
  ['serviceScope', 'is needed for a service', (app) => !isService(app) || app.serviceScope !== ''],
  // A public client cannot keep a secret, so it has nothing to show for itself (RFC 6749 §4.4).
  [
    'serviceScope',
    'is not for apps in a browser',
    (app) => app.type !== 'spa' || app.serviceScope === '',
  ],
  ['introspectsAll', 'is for services', (app) => isService(app) || !app.introspectsAll],
]

const isService = ({ type }: NewApp): boolean => type === 's2s'

export const newApp: z.ZodType<NewApp> = z
  .strictObject({
    clientId: z.string().regex(/^[\w.-]{1,100}$/, 'must be 1 to 100 of A–Z a–z 0–9 _ . -'),
    name: textSchema(200),
    type: z.enum(['spa', 'web', 's2s']),
    redirectUris: z.array(callback),
    postLogoutRedirectUris: z.array(callback),
    scope: scope.optional(),
    writeScopes: z.array(scope).optional(),
    resources: z.array(resource),
    requireConsent: z.boolean(),
    serviceScope: z
      .string()
      .refine(isServiceScope, `must be some of ${serviceScopes.join(' ')}, separated by spaces`),
    introspectsAll: z.boolean(),
  })
  .superRefine((app, context) => {
    for (const [key, message, holds] of rules) {
      if (!holds(app)) context.addIssue({ code: 'custom', path: [key], message })
    }
  })
