import { randomBytes } from 'node:crypto'
import type { Verified } from '@understudy/sdk/server'
import { Problem } from './answer.ts'
import type { Order } from './order.ts'
import { CATALOGUE, pastOrders } from './past-orders.ts'

export interface NewOrder {
  readonly item: string
  readonly quantity: number
}

/** Orders of customers, kept until the process ends. */
export interface Orders {
  /** Newest first. */
  list(sub: string): readonly Order[]
  /** @throws Problem NOT_FOUND, also for an order of somebody else */
  find(sub: string, id: string): Order
  add(who: Pick<Verified, 'subject' | 'actor'>, wanted: NewOrder): Order
  /** @throws Problem NOT_FOUND, CONFLICT once it is on its way */
  cancel(sub: string, id: string): Order
}

const MOST_ORDERS = 200

export function createOrders(clock: () => number): Orders {
  const opened = clock()
  const known = new Map<string, readonly Order[]>()
  const list = (sub: string): readonly Order[] => known.get(sub) ?? pastOrders(sub, opened)
  const find = (sub: string, id: string): Order => {
    const order = list(sub).find((one) => one.id === id)
    if (order === undefined) throw new Problem('NOT_FOUND')
    return order
  }
  return {
    list,
    find,
    add({ subject: sub, actor }, { item, quantity }) {
      const price = CATALOGUE.find(([name]) => name === item)?.[1] ?? 1_000
      const order: Order = {
        id: `ord_${randomBytes(4).toString('hex')}`,
        item,
        quantity,
        amount: price * quantity,
        currency: 'EUR',
        status: 'processing',
        placed_at: new Date(clock()).toISOString(),
        placed_by: { sub, act: actor === null ? null : { sub: actor } },
      }
      known.set(sub, [order, ...list(sub)].slice(0, MOST_ORDERS))
      return order
    },
    cancel(sub, id) {
      const order = find(sub, id)
      if (order.status !== 'processing') throw new Problem('CONFLICT')
      const cancelled: Order = { ...order, status: 'cancelled' }
      known.set(
        sub,
        list(sub).map((one) => (one.id === id ? cancelled : one)),
      )
      return cancelled
    },
  }
}
