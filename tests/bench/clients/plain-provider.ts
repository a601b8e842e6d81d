import type { Peer } from '../peer.ts'
import { oauthLane } from './oauth.ts'
import type { OAuthClients, TokenChain } from './oauth.ts'
import { success, text } from './success.ts'

const PLAIN_CLIENTS: OAuthClients = {
  spa: 'spa',
  service: `Basic ${btoa('service:service-secret')}`,
}

export const plainProvider: Peer = {
  name: 'plain oidc-provider',
  entry: new URL('../peers/plain-provider.ts', import.meta.url),
  operations: ['start', 'refresh', 'introspect', 'clientCredentials'],
  lane: () => {
    const chain: TokenChain = { refreshToken: '', accessToken: '' }
    return {
      ...oauthLane(PLAIN_CLIENTS, chain, '/token'),
      start: () => ({
        method: 'POST',
        path: '/mint',
        headers: { 'content-type': 'application/json' },
        body: '{"sub":"usr_jane","reason":"cannot see charger 12"}',
        consume: (reply) => {
          chain.refreshToken = text(success(reply), 'refresh_token')
        },
      }),
    }
  },
}
