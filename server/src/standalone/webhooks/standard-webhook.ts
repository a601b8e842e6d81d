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

/**
 * Standard Webhooks: HMAC-SHA256 over id, time of sending and body, each of which it binds; with
 * several secrets one signature each, of which a receiver needs to know one.
 */
export function standardWebhook(
  { id, type, at, data }: Message,
  secrets: readonly string[],
  now: number,
): Outgoing {
  const body = JSON.stringify({ type, timestamp: new Date(at).toISOString(), data })
  const timestamp = String(Math.floor(now / 1000))
  const signed = `${id}.${timestamp}.${body}`
  return {
    headers: {
      'Content-Type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': timestamp,
      'webhook-signature': secrets.map((secret) => signatureOf(signed, secret)).join(' '),
    },
    body,
  }
}

function signatureOf(signed: string, secret: string): string {
  const key = Buffer.from(secret.slice(PREFIX.length), 'base64')
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
}
