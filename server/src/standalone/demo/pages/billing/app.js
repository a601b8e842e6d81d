import { day, money, runShop } from './shop.js'

/** Acme sends the invoice with the goods, and customers have fourteen days to pay it. */
const DUE_MS = 14 * 24 * 3600 * 1000

const isPaid = ({ status }) => status === 'delivered'
const sum = (orders) => money(orders.reduce((total, { amount }) => total + amount, 0))

void runShop({
  columns: [
    ['Invoice', ({ id }) => id.replace('ord_', 'INV-').toUpperCase()],
    ['For', ({ item, quantity }) => (quantity > 1 ? `${quantity} × ${item}` : item)],
    ['Issued', ({ placed_at: placedAt }) => day(placedAt)],
    ['Due', ({ placed_at: placedAt }) => day(Date.parse(placedAt) + DUE_MS)],
    ['Status', (order) => (isPaid(order) ? 'Paid' : 'Open')],
    ['Amount', ({ amount }) => money(amount), true],
  ],
  figures: (orders) => [
    ['To pay', sum(orders.filter((order) => !isPaid(order)))],
    ['Paid', sum(orders.filter(isPaid))],
    ['Invoices', String(orders.length)],
  ],
})
