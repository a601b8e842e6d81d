import type { ReactNode } from 'react'
import type { Invoice, Order } from '../../shared/shapes.ts'

const LOOKS: Readonly<
  Record<Order['status'] | Invoice['status'], readonly [className: string, text: string]>
> = {
  processing: ['badge busy', 'Processing'],
  shipped: ['badge busy', 'On its way'],
  delivered: ['badge good', 'Delivered'],
  cancelled: ['badge', 'Cancelled'],
  open: ['badge busy', 'To pay'],
  paid: ['badge good', 'Paid'],
  void: ['badge', 'Void'],
}

export function Badge({ status }: { readonly status: keyof typeof LOOKS }): ReactNode {
  const [className, text] = LOOKS[status]
  return <span className={className}>{text}</span>
}
