import { createHmac, randomBytes } from 'node:crypto'
import type { Outgoing } from './post.ts'

const PREFIX = 'whsec_'

/** 256 random bits, as receivers' libraries expect them. */
export const newWebhookSecret = (): string => PREFIX + randomBytes(32).toString('base64')

interface Message {
  /** The same at every attempt. */
  readonly id: string
  readonly type: string
  /** When it happened, epoch milliseconds. */
  readonly at: number
  readonly data: Readonly<Record<string, unknown>>
}

/** Standard Webhooks: HMAC-SHA256 over id, time of sending and body, each of which it binds. */
export function standardWebhook(
  { id, type, at, data }: Message,
  secret: string,
  now: number,
): Outgoing {
  const body = JSON.stringify({ type, timestamp: new Date(at).toISOString(), data })
  const timestamp = String(Math.floor(now / 1000))
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64')
  return {
    headers: {
      'Content-Type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': `v1,${signature}`,
    },
    body,
  }
}
