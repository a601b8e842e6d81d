import type { ReactNode } from 'react'
import { useRef } from 'react'
import type { Order } from '../../shared/shapes.ts'
import { Action } from './action.tsx'
import { useApp } from './app-context.ts'

export interface CancelOrderProps {
  readonly order: Order
  readonly onCancelled: () => Promise<void>
}

/** Asks first: a cancelled order does not come back. */
export function CancelOrder({ order, onCancelled }: CancelOrderProps): ReactNode {
  const { api } = useApp()
  const dialog = useRef<HTMLDialogElement>(null)
  const cancel = async (): Promise<string> => {
    dialog.current?.close()
    await api.send<Order>('POST', `/orders/${order.id}/cancel`)
    await onCancelled()
    return 'The order is cancelled.'
  }
  return (
    <>
      <button type="button" className="button quiet" onClick={() => dialog.current?.showModal()}>
        Cancel order…
      </button>
      <dialog ref={dialog} aria-labelledby="cancel-title">
        <h2 id="cancel-title">Cancel this order?</h2>
        <p>{order.item} will not be sent, and you pay nothing for it.</p>
        <div className="actions">
          <button type="button" className="button quiet" onClick={() => dialog.current?.close()}>
            Keep it
          </button>
          <Action run={cancel} testId="cancel-order">
            Cancel order
          </Action>
        </div>
      </dialog>
    </>
  )
}
