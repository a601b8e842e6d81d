import type { Parts } from '../parts.ts'
import type { Reach } from './reach.ts'
import { resolveWithDns } from './reach.ts'
import type { SignEvent } from './security-event-token.ts'
import { createEventSigner } from './security-event-token.ts'

/** What telling endpoints needs. */
export interface Working extends Pick<
  Parts,
  'storage' | 'box' | 'clock' | 'log' | 'server' | 'impersonation'
> {
  /** Names this process among others. */
  readonly holder: string
  readonly reach: Reach
  readonly signEvent: SignEvent
  /** 0 to 1. */
  readonly random: () => number
}

/** Addresses of this machine are reached outside production only. */
export async function prepareWorking(
  parts: Omit<Working, 'holder' | 'reach' | 'signEvent' | 'random'>,
  holder: string,
): Promise<Working> {
  const reach = { loopback: !parts.server.production, resolve: resolveWithDns }
  const signEvent = await createEventSigner(parts)
  return { ...parts, holder, reach, signEvent, random: Math.random }
}
