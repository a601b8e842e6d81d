import { DisableWhileReadOnly } from '@understudy/sdk/react'
import type { ReactNode, SubmitEvent } from 'react'
import type { Profile } from '../../shared/shapes.ts'
import { useApp } from './app-context.ts'

const FIELDS = [
  ['phone', 'Phone', 'tel'],
  ['street', 'Street and number', 'street-address'],
  ['city', 'Postcode and city', 'address-level2'],
  ['country', 'Country', 'country-name'],
] as const

export function ProfileForm({ profile }: { readonly profile: Profile }): ReactNode {
  const { api, say } = useApp()
  const save = async (form: HTMLFormElement): Promise<void> => {
    try {
      await api.send<Profile>('PATCH', '/profile', Object.fromEntries(new FormData(form)))
      say('Your profile is saved.')
    } catch (error) {
      say((error as Error).message)
    }
  }
  const submit = (event: SubmitEvent<HTMLFormElement>): void => {
    event.preventDefault()
    void save(event.currentTarget)
  }
  return (
    <section className="card" aria-labelledby="contact">
      <h2 id="contact">Contact and delivery</h2>
      <form onSubmit={submit}>
        <DisableWhileReadOnly reason="Read-only while impersonating: nothing can be saved">
          <Fields profile={profile} />
          <div className="actions">
            <button type="submit" className="button">
              Save
            </button>
          </div>
        </DisableWhileReadOnly>
      </form>
    </section>
  )
}

function Fields({ profile }: { readonly profile: Profile }): ReactNode {
  return (
    <div className="fields">
      {FIELDS.map(([name, label, autoComplete]) => (
        <label key={name}>
          {label}
          <input
            name={name}
            autoComplete={autoComplete}
            defaultValue={profile[name]}
            maxLength={80}
            required
          />
        </label>
      ))}
    </div>
  )
}
