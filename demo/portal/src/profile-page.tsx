import type { ReactNode } from 'react'
import type { Profile } from '../../shared/shapes.ts'
import { useCustomer } from './customer.ts'
import { Page } from './page.tsx'
import { PasswordCard } from './password-card.tsx'
import { ProfileForm } from './profile-form.tsx'
import { ReadOnlyNote } from './read-only-note.tsx'
import { useLoaded } from './use-loaded.ts'

export function ProfilePage(): ReactNode {
  const loaded = useLoaded<Profile>('/profile')
  const { name, email } = useCustomer()
  return (
    <Page title="Profile" intro="How Acme reaches you, and where it delivers to." loaded={loaded}>
      {(profile) => (
        <>
          <ReadOnlyNote />
          <section className="card" aria-labelledby="account">
            <h2 id="account">Account</h2>
            <dl className="facts">
              <div>
                <dt>Name</dt>
                <dd translate="no">{name}</dd>
              </div>
              <div>
                <dt>E-mail</dt>
                <dd translate="no">{email}</dd>
              </div>
            </dl>
          </section>
          <ProfileForm profile={profile} />
          <PasswordCard />
        </>
      )}
    </Page>
  )
}
