import type { ReactNode } from 'react'
import { useApp } from './app-context.ts'

const OFFERS = [
  ['Follow your orders', 'From the warehouse to your garage, with every date on the way.'],
  ['Order again', 'Cables, cards and plates you have had before, in one step.'],
  ['Keep your invoices', 'All of them in one place, paid and unpaid.'],
] as const

export function Welcome(): ReactNode {
  const { own, say } = useApp()
  const signIn = (): void => {
    own.signIn().catch(() => {
      say('Signing in is not possible right now.')
    })
  }
  return (
    <>
      <section className="hero">
        <h1>Welcome to Acme Portal</h1>
        <p>
          Chargers, cables and everything around them: see what you have ordered and what is next.
        </p>
        <button type="button" className="button" onClick={signIn}>
          Sign in
        </button>
      </section>
      <div className="offers">
        {OFFERS.map(([title, text]) => (
          <section key={title} className="card">
            <h2>{title}</h2>
            <p className="muted">{text}</p>
          </section>
        ))}
      </div>
    </>
  )
}
