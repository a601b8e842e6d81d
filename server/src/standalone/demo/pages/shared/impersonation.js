/**
 * What an app needs to be impersonated in, in the open: take the token out of the link, exchange it,
 * keep it to this tab, and let go of it. The SDK does the same and more.
 */

const LINK_PARAMETERS = ['refresh_token', 'refresh_token_expires_on', 'refresh_token_expires_in']

/** Nothing of the browser travels with these requests, and nothing of them stays in its cache. */
const REQUEST = { credentials: 'omit', referrerPolicy: 'no-referrer', cache: 'no-store' }

/** An access token that is about to expire is renewed first. */
const RENEW_BEFORE_MS = 20_000

/**
 * Takes the token out of the address, which is clean when this returns: call it before the first
 * `await`, so that no other script and no history entry gets to see the token.
 *
 * @returns `null` without a link, else `{ refreshToken }` or `{ refused }` with the reason.
 */
export function takeLink(callbackPath = '/callback') {
  const { pathname, search, hash } = window.location
  const query = new URLSearchParams(search)
  const fragment = new URLSearchParams(hash.slice(1))
  const places = [query, fragment]
  const all = (name) => places.flatMap((place) => place.getAll(name))
  if (LINK_PARAMETERS.every((name) => all(name).length === 0)) return null

  const tokens = all('refresh_token')
  const isAmbiguous = tokens.length !== 1 || [...all('code'), ...all('state')].length > 0
  for (const place of places) for (const name of LINK_PARAMETERS) place.delete(name)
  const clean = [
    pathname,
    query.size > 0 ? `?${query}` : '',
    fragment.size > 0 ? `#${fragment}` : '',
  ]
  window.history.replaceState(null, '', clean.join(''))

  // A frame could be part of somebody else's page (clickjacking).
  if (window.top !== window.self) return { refused: 'This page must not be shown inside another.' }
  if (pathname !== callbackPath) return { refused: 'This is not where a link may lead.' }
  if (isAmbiguous) return { refused: 'This link is not valid.' }
  return { refreshToken: tokens[0] }
}

/** Why something could not go on; `ended` when that is because the impersonation is over. */
export class ImpersonationError extends Error {
  constructor(message, { ended = false } = {}) {
    super(message)
    this.ended = ended
  }
}

/** The tokens of this tab: exchanged, kept, renewed, thrown away. */
function createTokens({ issuer, clientId }) {
  // One key per app, and only for this tab: other tabs keep their own sign-in.
  const key = `${clientId}.impersonation`
  let kept = JSON.parse(window.sessionStorage.getItem(key) ?? 'null')
  let renewing = null

  const keep = (next) => {
    kept = next
    if (next === null) window.sessionStorage.removeItem(key)
    else window.sessionStorage.setItem(key, JSON.stringify(next))
  }
  const post = (path, form) => {
    const body = new URLSearchParams({ client_id: clientId, ...form })
    return request(`${issuer}${path}`, { method: 'POST', body })
  }

  async function exchange(refreshToken, refusal) {
    const form = { grant_type: 'refresh_token', refresh_token: refreshToken }
    const answer = await post('/token', form)
    if (answer.status === 400) throw refusal
    if (!answer.ok) throw new ImpersonationError('The issuer cannot answer right now.')
    const tokens = await answer.json()
    if (!saysWhoActs(tokens.id_token, issuer, clientId)) {
      // An ordinary sign-in of whoever made the link: it would put us into their account (login CSRF).
      const all = [tokens.refresh_token, tokens.access_token].filter((token) => token !== undefined)
      await Promise.allSettled(all.map((token) => post('/token/revocation', { token })))
      throw new ImpersonationError('This link does not belong to an impersonation.')
    }
    const until = Date.now() + tokens.expires_in * 1000
    keep({ accessToken: tokens.access_token, refreshToken: tokens.refresh_token, until })
  }

  return {
    exchange,
    current: () => kept,
    forget: () => keep(null),
    /** A refresh token is good once: requests at the same time must share one renewal. */
    renew() {
      renewing ??= exchange(kept.refreshToken, over()).finally(() => {
        renewing = null
      })
      return renewing
    },
  }
}

export function createImpersonation(config) {
  const tokens = createTokens(config)
  const current = `${config.issuer}/api/v1/impersonation`

  async function call(url, init = {}) {
    if (tokens.current() === null) throw over()
    if (tokens.current().until - Date.now() < RENEW_BEFORE_MS) await tokens.renew()
    const send = () => {
      const authorization = `Bearer ${tokens.current().accessToken}`
      return request(url, { ...init, headers: { ...init.headers, authorization } })
    }
    let answer = await send()
    if (answer.status === 401 && !(await isOver(answer))) {
      await tokens.renew()
      answer = await send()
    }
    if (await isOver(answer)) throw over()
    return answer
  }

  return {
    isOpen: () => tokens.current() !== null,
    /** Exchanges what a link brought. Throws ImpersonationError. */
    start: (refreshToken) =>
      tokens.exchange(
        refreshToken,
        new ImpersonationError('This link has expired or was used already.'),
      ),
    /** `fetch` with the access token, renewed when needed. Throws ImpersonationError. */
    fetch: call,
    /** Who acts for whom, as the issuer knows it now. */
    async read() {
      const answer = await call(current)
      if (!answer.ok) throw new ImpersonationError('The issuer cannot answer right now.')
      return answer.json()
    },
    /** Ends it at the issuer and, whatever becomes of that, here. */
    async end() {
      await call(`${current}/end`, { method: 'POST' }).catch(() => {})
      tokens.forget()
    },
    forget: tokens.forget,
  }
}

const over = () => new ImpersonationError('The impersonation has ended.', { ended: true })

async function request(url, init) {
  try {
    return await fetch(url, { ...init, ...REQUEST })
  } catch {
    throw new ImpersonationError('The server cannot be reached.')
  }
}

async function isOver(answer) {
  if (answer.status !== 401) return false
  const body = await answer
    .clone()
    .json()
    .catch(() => ({}))
  return body.code === 'IMPERSONATION_ENDED'
}

/** The ID token comes straight from the issuer, so its signature adds nothing (OIDC Core §3.1.3.7). */
function saysWhoActs(idToken, issuer, clientId) {
  try {
    const payload = idToken.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')
    const bytes = Uint8Array.from(atob(payload), (character) => character.charCodeAt(0))
    const claims = JSON.parse(new TextDecoder().decode(bytes))
    const isOurs = claims.iss === issuer && claims.aud === clientId
    return isOurs && typeof claims.act?.sub === 'string' && claims.act.sub !== ''
  } catch {
    return false
  }
}
