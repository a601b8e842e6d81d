import type { Lane, PreparedRequest } from '../peer.ts'
import { success, text } from './success.ts'

export interface OAuthClients {
  /** public client that holds the refresh tokens */
  readonly spa: string
  /** `Authorization` of a confidential client that may introspect and use client_credentials */
  readonly service: string
  /** for client_credentials */
  readonly scope?: string
}

/** One lane's tokens. `start` of a peer writes the first refresh token. */
export interface TokenChain {
  refreshToken: string
  accessToken: string
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' }

/** The operations every OAuth server answers the same way (RFC 6749 §4.4, §6, RFC 7662 §2). */
export function oauthLane(clients: OAuthClients, chain: TokenChain, tokenPath: string): Lane {
  const scope = clients.scope === undefined ? {} : { scope: clients.scope }
  return {
    refresh: () => refresh(clients, chain, tokenPath),
    introspect: () => ({
      method: 'POST',
      path: `${tokenPath}/introspection`,
      headers: { ...FORM, authorization: clients.service },
      body: `token=${chain.accessToken}`,
      consume: (reply) => {
        if (success(reply)['active'] !== true) throw new Error(`not active: ${reply.body}`)
      },
    }),
    clientCredentials: () => ({
      method: 'POST',
      path: tokenPath,
      headers: { ...FORM, authorization: clients.service },
      body: new URLSearchParams({ grant_type: 'client_credentials', ...scope }).toString(),
      consume: (reply) => void text(success(reply), 'access_token'),
    }),
  }
}

function refresh(clients: OAuthClients, chain: TokenChain, path: string): PreparedRequest {
  const sent = chain.refreshToken
  return {
    method: 'POST',
    path,
    headers: FORM,
    body: `grant_type=refresh_token&client_id=${clients.spa}&refresh_token=${sent}`,
    consume: (reply) => {
      const body = success(reply)
      chain.accessToken = text(body, 'access_token')
      chain.refreshToken = text(body, 'refresh_token')
      text(body, 'id_token')
      // the budget is for a refresh *with rotation*
      if (chain.refreshToken === sent) throw new Error('the refresh token was not rotated')
    },
  }
}
