import type { Peer } from '../peer.ts'
import { success, text } from './success.ts'

export const bareKoa: Peer = {
  name: 'bare Koa + SQLite',
  entry: new URL('../peers/bare-koa.ts', import.meta.url),
  operations: ['start'],
  lane: () => ({
    start: () => ({
      method: 'POST',
      path: '/start',
      headers: { 'content-type': 'application/json' },
      body: '{"sub":"usr_jane","reason":"cannot see charger 12"}',
      consume: (reply) => void text(success(reply), 'refresh_token'),
    }),
  }),
}
