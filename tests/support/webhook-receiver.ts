import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingHttpHeaders, ServerResponse } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

export interface Received {
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
  /** `Date.now()` when it had come. */
  readonly at: number
}

/** A real HTTP server on the loopback that answers as it is told to. */
export interface WebhookReceiver {
  readonly url: string
  readonly received: Received[]
  /** The most connections that were open at a time. */
  readonly most: () => number
  answer: (response: ServerResponse, request: Received) => void
  close(): Promise<void>
}

export const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void => {
    response.writeHead(code, headers).end()
  }

export const hang = (): void => undefined

export async function startWebhookReceiver(): Promise<WebhookReceiver> {
  const received: Received[] = []
  let most = 0
  let open = 0
  const server = createServer((request, response) => {
    void text(request).then((body) => {
      const { url: path = '', headers } = request
      const one = { path, headers, body, at: Date.now() }
      received.push(one)
      receiver.answer(response, one)
      return one
    })
  })
  server.on('connection', (socket) => {
    most = Math.max(most, ++open)
    socket.on('close', () => open--)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const receiver: WebhookReceiver = {
    url: `http://127.0.0.1:${port}/hook`,
    received,
    most: () => most,
    answer: status(204),
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return receiver
}

/** What `webhook-signature` has to be, worked out from the specification alone. */
export function signatureOf({ headers, body }: Received, secret: string): string {
  const signed = `${String(headers['webhook-id'])}.${String(headers['webhook-timestamp'])}.${body}`
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  return `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
}
