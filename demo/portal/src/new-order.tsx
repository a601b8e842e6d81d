import type { ReactNode } from 'react'
import { useState } from 'react'
import type { Order } from '../../shared/shapes.ts'
import { Action } from './action.tsx'
import { useApp } from './app-context.ts'

const ITEMS = [
  'Charging cable, 5 m',
  'RFID cards, set of 10',
  'Mounting plate',
  'Wallbox charger 11 kW',
  'Service plan, one year',
]

export function NewOrder({ onOrdered }: { readonly onOrdered: () => Promise<void> }): ReactNode {
  const { api } = useApp()
  const [item, setItem] = useState('Charging cable, 5 m')
  const [quantity, setQuantity] = useState('1')
  const order = async (): Promise<string> => {
    await api.send<Order>('POST', '/orders', { item, quantity: Number(quantity) })
    await onOrdered()
    return `Ordered: ${quantity} × ${item}.`
  }
  return (
    <section className="card" aria-labelledby="new-order">
      <h2 id="new-order">Need anything else?</h2>
      <div className="fields">
        <label>
          Item
          <select value={item} onChange={({ target }) => setItem(target.value)}>
            {ITEMS.map((name) => (
              <option key={name}>{name}</option>
            ))}
          </select>
        </label>
        <label>
          Quantity
          <input
            type="number"
            min="1"
            max="99"
            value={quantity}
            onChange={({ target }) => setQuantity(target.value)}
          />
        </label>
      </div>
      <div className="actions">
        <Action run={order} testId="add-order">
          Order
        </Action>
      </div>
    </section>
  )
}
