import type { Endpoint } from '../endpoint.ts'
import { endpoint } from '../endpoint.ts'
import { openEndedStream } from '../ended-stream.ts'

/** Before `/impersonations/:id`, whose pattern it would match. */
export const endedEndpoints: readonly Endpoint[] = [
  endpoint<undefined, undefined>({
    method: 'get',
    path: '/impersonations/ended',
    summary: 'Hear of every impersonation that ends, as server-sent events',
    access: 'read_impersonation',
    headers: { 'Last-Event-ID': 'the id of the last event that was read' },
    media: ['text/event-stream'],
    answers: { 200: 'endedFeed' },
    async handle({ ports, service, token, header }) {
      const last = header('Last-Event-ID')
      const body = await openEndedStream(ports, service, token ?? '', last)
      const type = 'text/event-stream; charset=utf-8'
      // Proxies that collect an answer before they pass it on would make this feed worthless.
      return { status: 200, headers: { 'Content-Type': type, 'X-Accel-Buffering': 'no' }, body }
    },
  }),
]
