import type { ReactNode } from 'react'
import { day, money } from '../../shared/format.ts'
import type { Order } from '../../shared/shapes.ts'
import { Action } from './action.tsx'
import { useApp } from './app-context.ts'
import { Badge } from './badge.tsx'
import { CancelOrder } from './cancel-order.tsx'
import { Page } from './page.tsx'
import { ReadOnlyNote } from './read-only-note.tsx'
import { Link } from './route.tsx'
import { useLoaded } from './use-loaded.ts'

const STEPS = [
  ['processing', 'Placed'],
  ['shipped', 'On its way'],
  ['delivered', 'Delivered'],
] as const

export function OrderPage({ id }: { readonly id: string }): ReactNode {
  const loaded = useLoaded<Order>(`/orders/${id}`)
  return (
    <>
      <Link to="/">Back to your orders</Link>
      <Page title={`Order ${id.replace('ord_', '#')}`} loaded={loaded}>
        {(order) => (
          <>
            <ReadOnlyNote />
            <OrderCard order={order} />
            <Actions order={order} reload={loaded.reload} />
          </>
        )}
      </Page>
    </>
  )
}

function OrderCard({ order }: { readonly order: Order }): ReactNode {
  const { act } = order.placed_by
  return (
    <section className="card">
      <div className="heading">
        <h2>{order.item}</h2>
        <Badge status={order.status} />
      </div>
      {order.status === 'cancelled' ? null : <Progress status={order.status} />}
      <dl className="facts">
        <Fact name="Quantity">{order.quantity}</Fact>
        <Fact name="Total">{money(order.amount)}</Fact>
        <Fact name="Placed on">{day(order.placed_at)}</Fact>
        <Fact name="Placed by">{act === null ? 'You' : 'Acme Support, in your name'}</Fact>
      </dl>
    </section>
  )
}

function Fact({
  name,
  children,
}: {
  readonly name: string
  readonly children: ReactNode
}): ReactNode {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

function Progress({ status }: { readonly status: Order['status'] }): ReactNode {
  const reached = STEPS.findIndex(([step]) => step === status)
  return (
    <ol className="steps" aria-label="Progress">
      {STEPS.map(([step, label], index) => (
        <li
          key={step}
          className={index <= reached ? 'done' : undefined}
          aria-current={index === reached ? 'step' : undefined}
        >
          {label}
        </li>
      ))}
    </ol>
  )
}

function Actions({
  order,
  reload,
}: {
  readonly order: Order
  readonly reload: () => Promise<void>
}): ReactNode {
  const { api } = useApp()
  const { item, quantity } = order
  const again = async (): Promise<string> => {
    await api.send<Order>('POST', '/orders', { item, quantity })
    return `Ordered again: ${quantity} × ${item}.`
  }
  return (
    <div className="actions">
      <Action run={again} testId="reorder">
        Order again
      </Action>
      {order.status === 'processing' ? <CancelOrder order={order} onCancelled={reload} /> : null}
    </div>
  )
}
