import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Parts } from '../parts.ts'
import type { Listening } from '../web/listen.ts'
import { listenOn } from '../web/listen.ts'

/**
 * `GET /metrics` on a port of its own, which browsers and customers do not reach. `null` when no port
 * is configured.
 */
export async function serveMetrics(parts: Parts): Promise<Listening | null> {
  const { metricsPort: port, metricsHost: host } = parts.server
  if (port === undefined) return null
  return listenOn(host, port, (request, response) => answer(parts, request, response))
}

async function answer(
  { metrics, log }: Parts,
  { method, url }: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  if (method !== 'GET' || url !== '/metrics') {
    response.writeHead(404).end()
    return
  }
  try {
    const body = await metrics.registry.metrics()
    response.writeHead(200, { 'content-type': metrics.registry.contentType }).end(body)
  } catch (error) {
    // Without the database there is no telling how many impersonations are active.
    log.warn({ err: error }, 'metrics could not be collected')
    response.writeHead(503).end()
  }
}
