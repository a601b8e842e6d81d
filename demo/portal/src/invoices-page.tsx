import type { ReactNode } from 'react'
import { day, money } from '../../shared/format.ts'
import type { Invoice, List } from '../../shared/shapes.ts'
import { Badge } from './badge.tsx'
import { Page } from './page.tsx'
import { useLoaded } from './use-loaded.ts'

export function InvoicesPage(): ReactNode {
  const loaded = useLoaded<List<Invoice>>('/invoices')
  return (
    <Page title="Invoices" intro="One for each order, to be paid within 14 days." loaded={loaded}>
      {({ items }) => (
        <ul className="list card" data-testid="invoices">
          {items.map((invoice) => (
            <li key={invoice.id} className="row">
              <span>
                <strong>{invoice.id.replace('inv_', 'INV-').toUpperCase()}</strong>
                <small>
                  {invoice.item} · due {day(invoice.due_at)}
                </small>
              </span>
              <Badge status={invoice.status} />
              <span className="amount">{money(invoice.amount)}</span>
            </li>
          ))}
        </ul>
      )}
    </Page>
  )
}
