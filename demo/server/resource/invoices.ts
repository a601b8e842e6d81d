import { Problem } from './answer.ts'
import type { Order } from './order.ts'
import type { Orders } from './orders.ts'

/** An invoice as the resource server shows it: one for each order. */
export interface Invoice {
  readonly id: string
  readonly order_id: string
  readonly item: string
  readonly quantity: number
  /** Cents. */
  readonly amount: number
  readonly currency: 'EUR'
  readonly status: 'open' | 'paid' | 'void'
  readonly issued_at: string
  readonly due_at: string
}

export interface Invoices {
  /** Newest first. */
  list(sub: string): readonly Invoice[]
  /** @throws Problem NOT_FOUND, CONFLICT when there is nothing to pay */
  pay(sub: string, id: string): Invoice
}

const DUE_MS = 14 * 24 * 3600 * 1000

export function createInvoices(orders: Orders): Invoices {
  const paid = new Set<string>()
  const invoiceFor = (order: Order): Invoice => ({
    id: order.id.replace('ord_', 'inv_'),
    order_id: order.id,
    item: order.item,
    quantity: order.quantity,
    amount: order.amount,
    currency: order.currency,
    status: statusOf(order, paid),
    issued_at: order.placed_at,
    due_at: new Date(Date.parse(order.placed_at) + DUE_MS).toISOString(),
  })
  return {
    list: (sub) => orders.list(sub).map(invoiceFor),
    pay(sub, id) {
      const order = orders.find(sub, id.replace('inv_', 'ord_'))
      if (statusOf(order, paid) !== 'open') throw new Problem('CONFLICT')
      paid.add(order.id)
      return invoiceFor(order)
    },
  }
}

function statusOf({ id, status }: Order, paid: ReadonlySet<string>): Invoice['status'] {
  if (status === 'cancelled') return 'void'
  return status === 'delivered' || paid.has(id) ? 'paid' : 'open'
}
