import type Provider from 'oidc-provider'
import type { KoaContextWithOIDC } from 'oidc-provider'
import { denials } from '../impersonation/denial.ts'
import { networkOf } from '../impersonation/network-of.ts'
import { printable } from '../impersonation/printable.ts'
import { recordAside } from '../operations/write-audit.ts'
import type { Limit } from '../ports/limits.ts'
import type { Ports } from '../ports/ports.ts'
import { asRouted } from './as-routed.ts'
import type { ProviderRequest } from './request.ts'

/** Wrong secrets of one client from one address: from elsewhere it is served as ever. */
const SECRETS = { name: 'client-secret', points: 30, window: 60 }
/** Codes and refresh tokens that are good for nothing, from one address, by whoever proves nothing. */
const GRANTS = { name: 'grant', points: 600, window: 60 }

/** Where a client proves itself. */
export const clientRoutes: readonly string[] = [
  'token',
  'introspection',
  'revocation',
  'pushed_authorization_request',
]

interface Guess {
  readonly limit: Limit
  readonly key: string
  /** As the header names it. */
  readonly client: string | null
}

/**
 * Answers 429 to whoever has guessed too often, before the database is asked. Only wrong guesses
 * count, so it does not matter how often somebody is right.
 */
export async function refuseGuess(
  ports: Ports,
  provider: Provider,
  { ctx, origin }: ProviderRequest,
): Promise<boolean> {
  if (ctx.method !== 'POST' || !isGuarded(provider, ctx.path)) return false
  const { limit, key, client } = guessIn(ctx)
  // Whether one more would be too many, without counting it.
  const wait = await ports.floodGuard.take({ ...limit, points: limit.points - 1 }, key, 0)
  if (wait === null) return false
  const details = { limit: limit.name, ...(client !== null && { client_id: printable(client) }) }
  const [status, error, description] = denials.RATE_LIMITED
  await recordAside(
    ports,
    { action: 'rate_limit.exceeded', outcome: 'denied', code: 'RATE_LIMITED', details },
    origin,
  )
  ctx.set('Retry-After', String(wait))
  ctx.set('Cache-Control', 'no-store')
  // An app in a browser must be told to wait, or it takes this for a broken network and tries again.
  ctx.set('Access-Control-Allow-Origin', '*')
  ctx.set('Access-Control-Expose-Headers', 'Retry-After')
  ctx.status = status
  ctx.body = { error, error_description: description }
  return true
}

/** Counts the request if it was a wrong guess. */
export async function countGuess(
  ports: Ports,
  { ctx, shown }: Pick<ProviderRequest, 'ctx' | 'shown'>,
): Promise<void> {
  if (!clientRoutes.includes(ctx.oidc.route)) return
  if (ctx.status < 400) return
  const { limit, key, client } = guessIn(ctx)
  const { error } = Object(ctx.body) as { readonly error?: unknown }
  // Whoever shows a token that is over has not guessed it.
  const isGuess = client === null && shown === null && error === 'invalid_grant'
  const isWrong = ctx.status === 401 || isGuess
  // The last one that is allowed is also the first that the next request finds too many.
  if (isWrong) await ports.floodGuard.take(limit, key)
}

const guarded = new WeakMap<Provider, readonly string[]>()

function isGuarded(provider: Provider, path: string): boolean {
  const paths = guarded.get(provider) ?? pathsOf(provider)
  guarded.set(provider, paths)
  return paths.includes(asRouted(path))
}

/** A host may have other paths, and may not have all of them. */
const pathsOf = (provider: Provider): string[] =>
  clientRoutes.flatMap((route) => {
    try {
      return [asRouted(provider.pathFor(route, { mountPath: '' }))]
    } catch {
      return []
    }
  })

const LONGEST = 64

function guessIn(ctx: KoaContextWithOIDC): Guess {
  const network = networkOf(ctx.ip)
  const basic = /^basic +([\w+/=-]+)$/i.exec(ctx.get('authorization'))?.[1]
  if (basic === undefined) return { limit: GRANTS, key: network, client: null }
  const [client = ''] = Buffer.from(basic, 'base64').toString().split(':')
  const name = decoded(client).slice(0, LONGEST)
  return { limit: SECRETS, key: `${name}|${network}`, client: name }
}

/** Names come form-encoded (RFC 6749 §2.3.1), and each can be written in many ways. */
function decoded(name: string): string {
  try {
    return decodeURIComponent(name.replaceAll('+', ' '))
  } catch {
    return name
  }
}
