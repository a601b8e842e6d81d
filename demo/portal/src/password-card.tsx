import { HideWhileImpersonating } from '@understudy/sdk/react'
import type { ReactNode, SubmitEvent } from 'react'
import { useApp } from './app-context.ts'
import { useCustomer } from './customer.ts'

/** Account security belongs to the customer alone. The API refuses it, too, in every mode. */
export function PasswordCard(): ReactNode {
  const { name } = useCustomer()
  return (
    <section className="card" aria-labelledby="password">
      <h2 id="password">Password</h2>
      <HideWhileImpersonating
        fallback={<p className="note">Only {name} can change this password.</p>}
      >
        <PasswordForm />
      </HideWhileImpersonating>
    </section>
  )
}

function PasswordForm(): ReactNode {
  const { api, say } = useApp()
  const change = async (form: HTMLFormElement): Promise<void> => {
    try {
      await api.send('POST', '/password', Object.fromEntries(new FormData(form)))
      form.reset()
      say('Accepted. In this demo, the old password stays valid.')
    } catch (error) {
      say((error as Error).message)
    }
  }
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    void change(event.currentTarget)
  }
  return (
    <form onSubmit={submit}>
      <div className="fields">
        <label>
          New password, 12 characters or more
          <input
            type="password"
            name="password"
            autoComplete="new-password"
            minLength={12}
            maxLength={200}
            required
          />
        </label>
      </div>
      <div className="actions">
        <button type="submit" className="button">
          Change password
        </button>
      </div>
    </form>
  )
}
