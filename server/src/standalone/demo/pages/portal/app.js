import { day, money, runShop } from './shop.js'

const STATUS = { processing: 'Processing', shipped: 'On its way', delivered: 'Delivered' }

void runShop({
  columns: [
    ['Order', ({ id }) => id.replace('ord_', '#')],
    ['Item', ({ item }) => item],
    ['Quantity', ({ quantity }) => String(quantity), true],
    ['Placed', ({ placed_at: placedAt }) => day(placedAt)],
    ['Status', ({ status }) => STATUS[status]],
    ['Total', ({ amount }) => money(amount), true],
  ],
  figures: (orders) => [
    ['Orders', String(orders.length)],
    ['Under way', String(orders.filter(({ status }) => status !== 'delivered').length)],
    ['Spent', money(orders.reduce((sum, { amount }) => sum + amount, 0))],
  ],
})
