import { createHash } from 'node:crypto'
import type { Caller } from './caller.ts'
import { createChance } from './chance.ts'

/** An order as the resource server shows it. */
interface Order {
  readonly id: string
  readonly item: string
  readonly quantity: number
  /** Cents. */
  readonly amount: number
  readonly currency: 'EUR'
  readonly status: 'processing' | 'shipped' | 'delivered'
  readonly placed_at: string
  /** Who clicked: the customer, or somebody acting for them. */
  readonly placed_by: { readonly sub: string; readonly act: Caller['act'] }
}

export interface NewOrder {
  readonly item: string
  readonly quantity: number
}

/** Orders of customers, kept until the process ends. */
export interface Orders {
  /** Newest first. */
  list(sub: string): readonly Order[]
  add(caller: Pick<Caller, 'sub' | 'act'>, wanted: NewOrder): Order
}

/** Item and price in cents. */
const CATALOGUE = [
  ['Wallbox charger 11 kW', 64_900],
  ['Wallbox charger 22 kW', 89_900],
  ['Charging cable, 5 m', 18_950],
  ['RFID cards, set of 10', 3_990],
  ['Mounting plate', 5_450],
  ['Installation visit', 24_000],
  ['Service plan, one year', 9_900],
] as const

const DAY = 24 * 3600 * 1000
const MOST_ORDERS = 200

export function createOrders(clock: () => number): Orders {
  const opened = clock()
  const known = new Map<string, Order[]>()
  const of = (sub: string): Order[] => {
    const orders = known.get(sub) ?? earlierOrders(sub, opened)
    known.set(sub, orders)
    return orders
  }
  return {
    list: of,
    add({ sub, act }, { item, quantity }) {
      const price = CATALOGUE.find(([name]) => name === item)?.[1] ?? 1_000
      const order: Order = {
        id: `ord_${createHash('sha256')
          .update(`${sub} ${of(sub).length} ${clock()}`)
          .digest('hex')
          .slice(0, 8)}`,
        item,
        quantity,
        amount: price * quantity,
        currency: 'EUR',
        status: 'processing',
        placed_at: new Date(clock()).toISOString(),
        placed_by: { sub, act },
      }
      known.set(sub, [order, ...of(sub)].slice(0, MOST_ORDERS))
      return order
    },
  }
}

/** The same few orders for the same customer at every start. */
function earlierOrders(sub: string, opened: number): Order[] {
  const digest = createHash('sha256').update(sub).digest()
  const chance = createChance(digest.readUInt32BE(0))
  const first = chance.between(0, CATALOGUE.length - 1)
  let age = 0
  return Array.from({ length: chance.between(3, 6) }, (_, index) => {
    const [item, price] = CATALOGUE[(first + index * 3) % CATALOGUE.length] ?? CATALOGUE[0]
    const quantity = price > 20_000 ? 1 : chance.between(1, 4)
    age += chance.between(2, 40) * DAY
    return {
      id: `ord_${digest.toString('hex', 4 + index * 4, 8 + index * 4)}`,
      item,
      quantity,
      amount: price * quantity,
      currency: 'EUR',
      status: index === 0 && age < 10 * DAY ? 'shipped' : 'delivered',
      placed_at: new Date(opened - age).toISOString(),
      placed_by: { sub, act: null },
    }
  })
}
