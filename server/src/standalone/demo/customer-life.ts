import { demoConsents } from './consents.ts'
import type { Person } from './people.ts'
import { isStaff, people, personOf } from './people.ts'
import type { Story } from './story.ts'
import { DAY, SECOND } from './story.ts'

const LOGINS = 170
const FAILED_LOGINS = 24

/** Customers who have been away for longer than the trail goes back, or never came at all. */
const AWAY = new Set(['usr_viktor', 'usr_noah', 'usr_samuel', 'usr_hana', 'usr_sina', 'usr_ivo'])

/** When an account was disabled within the trail, and by whom. */
const DISABLED = { sub: 'usr_lena', by: 'usr_root', daysAgo: 5.2 } as const

/** What customers did: signed in, mistyped, gave and took back consent. */
export function tellCustomerLife(story: Story): void {
  tellLogins(story)
  tellFailedLogins(story)
  tellConsents(story)
  tellDisabling(story)
}

/** Whether somebody could sign in then. */
function mayLogIn(story: Story, person: Person, at: number): boolean {
  if (isStaff(person) || AWAY.has(person.sub)) return false
  if (person.sub === DISABLED.sub) return at < story.now - DISABLED.daysAgo * DAY
  return person.status === 'active'
}

function tellLogins(story: Story): void {
  const customers = people.filter((person) => !isStaff(person) && !AWAY.has(person.sub))
  for (let told = 0; told < LOGINS;) {
    const person = story.chance.pick(customers)
    const at = story.moment()
    if (mayLogIn(story, person, at)) {
      tellLogin(story, person, at)
      told++
    }
  }
}

function tellLogin(story: Story, person: Person, at: number): void {
  const app = appOf(story, person, at)
  const about = { actor: person.sub, organization: person.organization?.id ?? null, app }
  const origin = story.at(person)
  if (story.chance.next() < 0.07) tellFailure(story, person, at - 18 * SECOND)
  const details = { amr: ['pwd'] }
  story.tell(at, { action: 'login.succeeded', outcome: 'success', ...about, details }, origin)
}

/** Billing only while the consent for it stood, else the portal. */
function appOf(story: Story, { sub }: Person, at: number): string {
  const consent = demoConsents.find((one) => one.sub === sub && one.app === 'acme-billing')
  const given = consent !== undefined && story.now - consent.daysAgo * DAY < at
  const revoked = consent?.revokedDaysAgo ?? null
  const stands = given && (revoked === null || at < story.now - revoked * DAY)
  return stands && story.chance.next() < 0.4 ? 'acme-billing' : 'acme-portal'
}

/** Nobody is known by a wrong password: only what was typed is kept, where it can be erased. */
const tellFailure = (story: Story, person: Person, at: number, email = person.email): void =>
  story.tell(
    at,
    {
      action: 'login.failed',
      outcome: 'failure',
      app: 'acme-portal',
      email,
    },
    story.at(person),
  )

const MISTYPED = ['jane@custmer.test', 'omar@customer.tets', 'info@contoso.test', 'admin@acme.test']

function tellFailedLogins(story: Story): void {
  const customers = people.filter((person) => mayLogIn(story, person, story.now))
  for (let told = 0; told < FAILED_LOGINS; told++) {
    const person = story.chance.pick(customers)
    const email = told % 3 === 0 ? story.chance.pick(MISTYPED) : person.email
    tellFailure(story, person, story.moment(), email)
  }
}

function tellConsents(story: Story): void {
  for (const { sub, app, scope, daysAgo, revokedDaysAgo } of demoConsents) {
    const person = personOf(sub)
    const organization = person.organization?.id ?? null
    const who = { actor: sub, subject: sub, organization, app }
    const about = { outcome: 'success', ...who, details: { scope } } as const
    const at = (days: number): number => story.now - days * DAY
    story.tell(at(daysAgo), { action: 'consent.granted', ...about }, story.at(person))
    if (revokedDaysAgo === null) continue
    story.tell(at(revokedDaysAgo), { action: 'consent.revoked', ...about }, story.at(person))
  }
}

function tellDisabling(story: Story): void {
  const { sub, by, daysAgo } = DISABLED
  const person = personOf(sub)
  const at = story.now - daysAgo * DAY
  const about = { subject: sub, organization: person.organization?.id ?? null }
  const disabled = { action: 'user.disabled', outcome: 'success', actor: by, ...about } as const
  story.tell(at, { ...disabled, service: 'admin-panel' }, story.atPanel())
  tellFailure(story, person, at + 31 * 3600 * SECOND)
}
