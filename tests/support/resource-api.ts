import { once } from 'node:events'
import type { RequestListener, Server } from 'node:http'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import express from 'express'
import fastify from 'fastify'
import { Hono } from 'hono'
import Koa from 'koa'
import { guard as guardExpress } from '../../sdk/src/server/express.ts'
import { guard as guardFastify } from '../../sdk/src/server/fastify.ts'
import { guard as guardHono } from '../../sdk/src/server/hono.ts'
import type { GuardRules, Verified, Verifier } from '../../sdk/src/server/index.ts'
import { auditFields } from '../../sdk/src/server/index.ts'
import { guard as guardKoa } from '../../sdk/src/server/koa.ts'

/** A resource server that answers whatever the guard lets through with who is calling. */
export interface Api {
  call(
    token?: string,
    init?: { method?: string; headers?: Record<string, string> },
  ): Promise<{ status: number; headers: Headers; body: unknown }>
  close(): void
}

export type Framework = 'koa' | 'express' | 'fastify' | 'hono'

/** One route, `/orders/:id`, behind a guard. */
export async function startApi(
  framework: Framework,
  verifier: Verifier,
  rules?: GuardRules,
): Promise<Api> {
  const { port, close } = await starters[framework](verifier, rules)
  return {
    async call(token, { method = 'GET', headers = {} } = {}) {
      const answer = await fetch(`http://127.0.0.1:${port}/orders/17`, {
        method,
        headers: { ...headers, ...(token !== undefined && { authorization: `Bearer ${token}` }) },
      })
      return { status: answer.status, headers: answer.headers, body: await answer.json() }
    },
    close,
  }
}

interface Running {
  readonly port: number
  readonly close: () => void
}

type Start = (verifier: Verifier, rules?: GuardRules) => Promise<Running>

const starters: Readonly<Record<Framework, Start>> = {
  koa(verifier, rules) {
    const app = new Koa<{ verified?: Verified }>()
    app.use(guardKoa(verifier, rules))
    app.use((ctx) => {
      ctx.body = ctx.state.verified && auditFields(ctx.state.verified)
    })
    return listen(app.callback())
  },
  express(verifier, rules) {
    const app = express()
    app.all('/orders/:id', guardExpress(verifier, rules), (_req, res) => {
      res.json(auditFields(res.locals['verified'] as Verified))
    })
    return listen(app)
  },
  async fastify(verifier, rules) {
    const app = fastify()
    app.addHook('onRequest', guardFastify(verifier, rules))
    app.all('/orders/:id', (request) =>
      auditFields((request as unknown as { verified: Verified }).verified),
    )
    await app.listen({ port: 0, host: '127.0.0.1' })
    return running(app.server)
  },
  async hono(verifier, rules) {
    const app = new Hono<{ Variables: { verified: Verified } }>()
    app.use(guardHono(verifier, rules))
    app.all('/orders/:id', (c) => c.json(auditFields(c.get('verified'))))
    const server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }) as Server
    await once(server, 'listening')
    return running(server)
  },
}

async function listen(listener: RequestListener): Promise<Running> {
  const server = createServer(listener).listen(0, '127.0.0.1')
  await once(server, 'listening')
  return running(server)
}

const running = (server: Server): Running => ({
  port: (server.address() as AddressInfo).port,
  close() {
    server.close()
    server.closeAllConnections()
  },
})
