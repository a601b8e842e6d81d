import type { ReactNode } from 'react'
import { day, money } from '../../shared/format.ts'
import type { List, Order } from '../../shared/shapes.ts'
import { Badge } from './badge.tsx'
import { NewOrder } from './new-order.tsx'
import { Page } from './page.tsx'
import { ReadOnlyNote } from './read-only-note.tsx'
import { Link } from './route.tsx'
import { useLoaded } from './use-loaded.ts'

export function OrdersPage(): ReactNode {
  const loaded = useLoaded<List<Order>>('/orders')
  return (
    <Page title="Your orders" loaded={loaded}>
      {({ items }) => (
        <>
          <ReadOnlyNote />
          <Figures orders={items} />
          <ul className="list card" data-testid="orders">
            {items.map((order) => (
              <li key={order.id}>
                <Row order={order} />
              </li>
            ))}
          </ul>
          <NewOrder onOrdered={loaded.reload} />
        </>
      )}
    </Page>
  )
}

function Figures({ orders }: { readonly orders: readonly Order[] }): ReactNode {
  const counted = orders.filter(({ status }) => status !== 'cancelled')
  const underWay = counted.filter(({ status }) => status !== 'delivered')
  const spent = counted.reduce((sum, { amount }) => sum + amount, 0)
  return (
    <dl className="figures">
      <div>
        <dt>Orders</dt>
        <dd>{counted.length}</dd>
      </div>
      <div>
        <dt>Under way</dt>
        <dd>{underWay.length}</dd>
      </div>
      <div>
        <dt>Spent</dt>
        <dd>{money(spent)}</dd>
      </div>
    </dl>
  )
}

function Row({ order }: { readonly order: Order }): ReactNode {
  return (
    <Link to={`/orders/${order.id}`} className="row">
      <span>
        <strong>{order.quantity > 1 ? `${order.quantity} × ${order.item}` : order.item}</strong>
        <small>
          {order.id.replace('ord_', '#')} · {day(order.placed_at)}
        </small>
      </span>
      <Badge status={order.status} />
      <span className="amount">{money(order.amount)}</span>
    </Link>
  )
}
