import * as oauth from 'openid-client'
import { Denied } from './denied.ts'
import type { Tokens } from './sessions.ts'
import type { PanelSettings } from './settings.ts'
import type { SignIn } from './sign-ins.ts'

export const MFA_ACR = 'urn:understudy:acr:mfa'

/**
 * What the panel asks the issuer as an OAuth client. Throws `Denied` ISSUER_UNAVAILABLE when it cannot,
 * PANEL_REFUSED when the issuer does not take the panel for what it says it is.
 */
export interface Issuer {
  /** Where to send a browser that has to sign in. */
  authorizationUrl(signIn: SignIn, wish: { login: boolean; hint: string | null }): Promise<URL>
  /** @throws Denied SIGN_IN_FAILED */
  redeem(callback: URL, signIn: SignIn): Promise<SignedIn>
  /** New tokens; `null` when the issuer no longer gives any. */
  renew(refreshToken: string): Promise<Tokens | null>
  revoke(token: string): Promise<void>
  /** A token of the panel's own, with every scope. */
  serviceToken(): Promise<Tokens>
}

export interface SignedIn {
  readonly sub: string
  /** Epoch milliseconds; `null` when the login used no second factor. */
  readonly mfaAt: number | null
  readonly tokens: Tokens
}

type Response = oauth.TokenEndpointResponse & oauth.TokenEndpointResponseHelpers

const TIMEOUT_SECONDS = 5

export function createIssuer(settings: PanelSettings): Issuer {
  const clock = settings.clock ?? Date.now
  const ask = createAsk(settings)
  const tokensOf = (response: Response): Tokens => ({
    accessToken: response.access_token,
    refreshToken: response.refresh_token ?? null,
    expiresAt: clock() + (response.expiresIn() ?? 60) * 1000,
  })
  return {
    authorizationUrl: (signIn, wish) =>
      ask((client) => authorizationUrl(client, settings.url, signIn, wish)),
    redeem: (callback, signIn) =>
      ask(async (client) => {
        const response = await redeem(client, callback, signIn)
        return { ...whoIn(response), tokens: tokensOf(response) }
      }),
    renew: (refreshToken) =>
      ask(async (client) => {
        try {
          return tokensOf(await oauth.refreshTokenGrant(client, refreshToken))
        } catch (error) {
          if (isError(error, 'invalid_grant')) return null
          throw error
        }
      }),
    revoke: (token) => ask((client) => oauth.tokenRevocation(client, token)),
    serviceToken: () => ask(async (client) => tokensOf(await serviceToken(client))),
  }
}

/** Runs a request with the issuer's metadata, which is read when it is first needed, and kept. */
function createAsk({ issuer, clientId, clientSecret }: PanelSettings) {
  let known: Promise<oauth.Configuration> | undefined
  const discover = (): Promise<oauth.Configuration> =>
    oauth.discovery(new URL(issuer), clientId, undefined, oauth.ClientSecretBasic(clientSecret), {
      timeout: TIMEOUT_SECONDS,
      // oxlint-disable-next-line typescript/no-deprecated -- the settings allow http on the loopback only
      execute: issuer.startsWith('http:') ? [oauth.allowInsecureRequests] : [],
    })
  return async <T>(request: (client: oauth.Configuration) => Promise<T>): Promise<T> => {
    try {
      known ??= discover()
      const client = await known.catch((error: unknown) => {
        // An issuer that was down at first is asked again.
        known = undefined
        throw error
      })
      return await request(client)
    } catch (error) {
      if (error instanceof Denied) throw error
      const code = isRefusal(error) ? 'PANEL_REFUSED' : 'ISSUER_UNAVAILABLE'
      throw new Denied(code, {}, { cause: error })
    }
  }
}

async function authorizationUrl(
  client: oauth.Configuration,
  url: string,
  { state, nonce, verifier, maxAge }: SignIn,
  wish: { readonly login: boolean; readonly hint: string | null },
): Promise<URL> {
  return oauth.buildAuthorizationUrl(client, {
    redirect_uri: `${url}/auth/callback`,
    // Without offline_access the tokens end with the administrator's session at the issuer.
    scope: 'openid profile email',
    state,
    nonce,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    ...(maxAge !== null && { acr_values: MFA_ACR, max_age: String(maxAge) }),
    ...(wish.login && { prompt: 'login' }),
    ...(wish.hint !== null && { login_hint: wish.hint }),
  })
}

async function redeem(
  client: oauth.Configuration,
  callback: URL,
  { state, nonce, verifier, maxAge }: SignIn,
): Promise<Response> {
  try {
    return await oauth.authorizationCodeGrant(client, callback, {
      expectedState: state,
      expectedNonce: nonce,
      pkceCodeVerifier: verifier,
      idTokenExpected: true,
      ...(maxAge !== null && { maxAge }),
    })
  } catch (error) {
    if (isNoAnswer(error) || isRefusal(error)) throw error
    throw new Denied('SIGN_IN_FAILED', {}, { cause: error })
  }
}

/** Whatever is wrong with this request is wrong with the panel: nobody else has a part in it. */
async function serviceToken(client: oauth.Configuration): Promise<Response> {
  try {
    return await oauth.clientCredentialsGrant(client, { scope: 'root' })
  } catch (error) {
    const isNo = error instanceof oauth.ResponseBodyError && [400, 403].includes(error.status)
    throw isNo ? new Denied('PANEL_REFUSED', {}, { cause: error }) : error
  }
}

function whoIn(response: Response): Pick<SignedIn, 'sub' | 'mfaAt'> {
  const claims = response.claims()
  if (claims === undefined) throw new Denied('SIGN_IN_FAILED')
  const { sub, acr, auth_time: authTime } = claims
  return { sub, mfaAt: acr === MFA_ACR && authTime !== undefined ? authTime * 1000 : null }
}

const isError = (error: unknown, name: string): boolean =>
  error instanceof oauth.ResponseBodyError && error.error === name

/** RFC 6749 §5.2: what is wrong with the client and not with what it brings. */
const REFUSALS = ['invalid_client', 'unauthorized_client']

/** Whether it is the panel's own registration, secret or scope that the issuer does not accept. */
const isRefusal = (error: unknown): boolean =>
  (error instanceof oauth.WWWAuthenticateChallengeError && error.status === 401) ||
  REFUSALS.some((name) => isError(error, name))

/** Whether nobody answered, as opposed to having said no. */
const isNoAnswer = (error: unknown): boolean =>
  error instanceof TypeError ||
  (error instanceof oauth.ClientError && error.code === 'OAUTH_TIMEOUT') ||
  (error instanceof oauth.ResponseBodyError && error.status >= 500)
