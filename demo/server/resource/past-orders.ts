import { createHash } from 'node:crypto'
import type { Order } from './order.ts'

/** Item and price in cents. */
export const CATALOGUE: readonly (readonly [item: string, price: number])[] = [
  ['Wallbox charger 11 kW', 64_900],
  ['Wallbox charger 22 kW', 89_900],
  ['Charging cable, 5 m', 18_950],
  ['RFID cards, set of 10', 3_990],
  ['Mounting plate', 5_450],
  ['Installation visit', 24_000],
  ['Service plan, one year', 9_900],
]

const DAY = 24 * 3600 * 1000

/** The same few orders for the same customer at every start, newest first: one can still be cancelled. */
export function pastOrders(sub: string, now: number): Order[] {
  const digest = createHash('sha256').update(sub).digest()
  const chance = (index: number, least: number, most: number): number =>
    least + (digest.readUInt8(index) % (most - least + 1))
  const first = chance(0, 0, CATALOGUE.length - 1)
  let age = 0
  return Array.from({ length: chance(1, 4, 6) }, (_, index) => {
    const [item, price] = CATALOGUE[(first + index * 3) % CATALOGUE.length] ?? ['Service plan', 0]
    const quantity = price > 20_000 ? 1 : chance(24 + index, 1, 4)
    age += index < 2 ? chance(16 + index, 1, 3) * DAY : chance(16 + index, 12, 60) * DAY
    return {
      id: `ord_${digest.toString('hex', index * 4, index * 4 + 4)}`,
      item,
      quantity,
      amount: price * quantity,
      currency: 'EUR',
      status: (['processing', 'shipped'] as const)[index] ?? 'delivered',
      placed_at: new Date(now - age).toISOString(),
      placed_by: { sub, act: null },
    }
  })
}
