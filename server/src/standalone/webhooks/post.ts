import type { IncomingMessage } from 'node:http'
import { request as requestInClear } from 'node:http'
import { request } from 'node:https'
import type { Reach } from './reach.ts'
import { guardedLookup, refuseAddress } from './reach.ts'

/** What is sent, to whomever. */
export interface Outgoing {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** From the first look at the name to the first line of the answer. */
const TIMEOUT_MS = 5000
/** So much of an answer is taken off the wire, and not looked at. */
const ANSWER_BYTES = 16_384

/**
 * Posts once, on a connection of its own, and resolves to the status of the answer, which may be a
 * redirect: none is followed.
 *
 * @throws AddressRefused, and what a connection may fail with
 */
export async function post(
  target: string,
  { headers, body }: Outgoing,
  reach: Reach,
): Promise<number> {
  const url = new URL(target)
  refuseAddress(url, reach)
  const send = url.protocol === 'https:' ? request : requestInClear
  return new Promise((resolve, reject) => {
    const sending = send(url, {
      method: 'POST',
      agent: false,
      lookup: guardedLookup(url, reach),
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        'User-Agent': 'understudy',
        'Content-Length': Buffer.byteLength(body),
        ...headers,
      },
    })
    sending.on('response', (answer) => {
      resolve(answer.statusCode ?? 0)
      discard(answer)
    })
    sending.on('error', reject)
    sending.end(body)
  })
}

/** A receiver that talks without end must not fill our memory, nor keep the connection. */
function discard(answer: IncomingMessage): void {
  let bytes = 0
  answer.on('data', (chunk: Buffer) => {
    bytes += chunk.length
    if (bytes > ANSWER_BYTES) answer.destroy()
  })
  answer.on('error', () => undefined)
}
