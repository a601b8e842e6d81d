import Router from '@koa/router'
import type { GuardRules, Verified, Verifier } from '@understudy/sdk/server'
import { guard } from '@understudy/sdk/server/koa'
import type { Context, Middleware } from 'koa'
import { z } from 'zod'
import { createInvoices } from './invoices.ts'
import { readJson } from './json-body.ts'
import type { Orders } from './orders.ts'
import { createOrders } from './orders.ts'
import { createProfiles } from './profiles.ts'

const text = z.string().trim().min(1).max(80)
const newOrder = z.strictObject({ item: text, quantity: z.int().min(1).max(99).default(1) })
const profile = z.strictObject({ phone: text, street: text, city: text, country: text }).partial()
const newPassword = z.strictObject({ password: z.string().min(12).max(200) })

/** What a route does for the caller; what it gives is the body. */
type Handle = (caller: Verified, ctx: Context) => unknown
/** Puts the guard before it. */
type Guarded = (rules: GuardRules, handle: Handle) => Middleware[]

const READ: GuardRules = { scope: 'orders:read' }
const WRITE: GuardRules = { scope: 'orders:write' }

/** Acme's routes: what a customer may do, and what nobody may do in their name. */
export function createRoutes(verifier: Verifier, clock: () => number): Router {
  const router = new Router()
  const orders = createOrders(clock)
  const guarded: Guarded = (rules, handle) => [
    guard(verifier, rules),
    async (ctx) => {
      ctx.body = await handle(ctx.state['verified'] as Verified, ctx)
    },
  ]
  addOrders(router, guarded, orders)
  addInvoices(router, guarded, orders)
  addProfile(router, guarded)
  return router
}

function addOrders(router: Router, guarded: Guarded, orders: Orders): void {
  const order = '/orders/:id'
  router.get('/orders', ...guarded(READ, (caller) => listOf(caller, orders.list(caller.subject))))
  const add: Handle = async (caller, ctx) => {
    const added = orders.add(caller, await readJson(ctx, newOrder))
    ctx.status = 201
    return added
  }
  router.post('/orders', ...guarded(WRITE, add))
  router.get(order, ...guarded(READ, ({ subject }, ctx) => orders.find(subject, idIn(ctx))))
  router.post(
    `${order}/cancel`,
    ...guarded(WRITE, ({ subject }, ctx) => orders.cancel(subject, idIn(ctx))),
  )
}

function addInvoices(router: Router, guarded: Guarded, orders: Orders): void {
  const invoices = createInvoices(orders)
  const list: Handle = (caller) => listOf(caller, invoices.list(caller.subject))
  router.get('/invoices', ...guarded(READ, list))
  router.post(
    '/invoices/:id/pay',
    ...guarded(WRITE, ({ subject }, ctx) => invoices.pay(subject, idIn(ctx))),
  )
}

function addProfile(router: Router, guarded: Guarded): void {
  const profiles = createProfiles()
  const read: Handle = (caller) => ({
    ...actingIn(caller),
    client_id: caller.clientId,
    scope: [...caller.scope].join(' '),
    ...profiles.read(caller.subject),
  })
  router.get('/profile', ...guarded({}, read))
  const change: Handle = async ({ subject }, ctx) =>
    profiles.change(subject, await readJson(ctx, profile))
  router.patch('/profile', ...guarded(WRITE, change))
  // The demo stops here: passwords are the issuer's, and what it shows is who may come this far.
  const setPassword: Handle = async (_, ctx) => {
    await readJson(ctx, newPassword)
    return null
  }
  router.post('/password', ...guarded({ closedToImpersonation: true }, setPassword))
}

/** Of a path with one. */
const idIn = (ctx: Context): string => (ctx as unknown as { params: { id: string } }).params.id

const listOf = (caller: Verified, items: readonly object[]): object => ({
  ...actingIn(caller),
  items,
  next_cursor: null,
})

/** Whose data it is and who is looking at it, for the app and for everybody's logs. */
const actingIn = ({ subject, actor, impersonationId, mode }: Verified): object => ({
  sub: subject,
  act: actor === null ? null : { sub: actor },
  impersonation_id: impersonationId,
  impersonation_mode: mode,
})
