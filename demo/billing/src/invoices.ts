import type { Api } from '../../shared/api.ts'
import { day, money } from '../../shared/format.ts'
import type { Invoice, List } from '../../shared/shapes.ts'
import { at, fill, write } from './page.ts'

const STATUS = {
  open: ['badge busy', 'To pay'],
  paid: ['badge good', 'Paid'],
  void: ['badge', 'Void'],
} as const

/** Puts the customer's invoices into the page of invoices. */
export async function showInvoices(api: Api, isReadOnly: boolean): Promise<void> {
  const list = at('invoices')
  if (list === null) return
  const { items } = await api.get<List<Invoice>>('/invoices')
  const sum = (status: Invoice['status']): string =>
    money(
      items.filter((one) => one.status === status).reduce((total, { amount }) => total + amount, 0),
    )
  write('to-pay', sum('open'))
  write('paid', sum('paid'))
  write('count', String(items.length))
  list.replaceChildren(...items.map((invoice) => row(invoice, isReadOnly)))
}

function row(invoice: Invoice, isReadOnly: boolean): HTMLElement {
  const [className, status] = STATUS[invoice.status]
  const number = invoice.id.replace('inv_', 'INV-').toUpperCase()
  const due = invoice.status === 'open' ? 'due' : 'was due'
  const made = fill('invoice', {
    number,
    about: `${invoice.item} · ${due} ${day(invoice.due_at)}`,
    status,
    amount: money(invoice.amount),
  })
  const badge = made.querySelector('.badge')
  if (badge !== null) badge.className = className
  const form = made.querySelector('form')
  const input = form?.querySelector('input')
  const button = form?.querySelector('button')
  if (invoice.status !== 'open') form?.replaceChildren()
  input?.setAttribute('value', invoice.id)
  button?.setAttribute('aria-label', `Pay ${number}`)
  button?.setAttribute('aria-disabled', String(isReadOnly))
  return made
}
