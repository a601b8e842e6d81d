import { SUBJECT } from '../budgets.ts'
import type { Peer } from '../peer.ts'
import type { OAuthClients, TokenChain } from './oauth.ts'
import { oauthLane } from './oauth.ts'
import { success, text } from './success.ts'

const CLIENTS: OAuthClients = {
  spa: 'acme-portal',
  service: `Basic ${btoa('acme-backend:acme-backend-secret')}`,
  scope: 'root',
}

export const understudy: Peer = {
  name: SUBJECT,
  entry: new URL('../peers/understudy.ts', import.meta.url),
  operations: ['start', 'refresh', 'introspect', 'clientCredentials'],
  lane: (_ready, next) => {
    const chain: TokenChain = { refreshToken: '', accessToken: '' }
    return {
      ...oauthLane(CLIENTS, chain, '/token'),
      start: () => {
        const [service = '', actor = ''] = next().split(' ')
        return {
          method: 'POST',
          path: '/api/v1/users/usr_jane/impersonation/acme-portal',
          headers: { 'content-type': 'application/json', authorization: `Bearer ${service}` },
          body: JSON.stringify({ impersonatorToken: actor, reason: 'cannot see charger 12' }),
          consume: (reply) => {
            chain.refreshToken = text(success(reply), 'refresh_token')
          },
        }
      },
    }
  },
}
