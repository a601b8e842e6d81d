import { people, personOf } from './people.ts'
import type { Person } from './people.ts'
import type { Story } from './story.ts'
import { MINUTE, SECOND } from './story.ts'

const SHIFTS = 26

/** On whose token the panel asks. */
const SERVICE = 'admin-panel'

const SEARCHES = [
  'jane',
  'northwind',
  'contoso.test',
  'fern',
  'tailspin',
  'nguyễn',
  'charger',
  'usr_',
]

interface Attempt {
  readonly actor: string
  readonly subject: string
  readonly app: string
  readonly code: string | null
}

const attempt = (
  actor: string,
  subject: string,
  app: string,
  code: string | null = null,
): Attempt => ({ actor: `usr_${actor}`, subject: `usr_${subject}`, app, code })

/** Starts that were refused. */
const DENIED: readonly Attempt[] = [
  attempt('root', 'omar', 'acme-billing', 'CONSENT_REQUIRED'),
  attempt('root', 'derek', 'acme-portal', 'TARGET_NOT_ALLOWED'),
  attempt('root', 'jane', 'acme-web', 'APP_NOT_ELIGIBLE'),
  attempt('root2', 'agent', 'acme-portal', 'TARGET_NOT_ALLOWED'),
  attempt('root2', 'kwame', 'acme-portal', 'MFA_REQUIRED'),
  attempt('root2', 'rania', 'acme-billing', 'CONSENT_REQUIRED'),
  attempt('agent', 'jane', 'acme-portal', 'IMPERSONATOR_NOT_ALLOWED'),
  attempt('support', 'aiko', 'acme-billing', 'IMPERSONATOR_NOT_ALLOWED'),
]

/** Dry runs and what they came to. */
const CHECKED: readonly Attempt[] = [
  attempt('root', 'omar', 'acme-billing', 'CONSENT_REQUIRED'),
  attempt('root', 'jane', 'acme-billing'),
  attempt('root', 'priya', 'acme-portal'),
  attempt('root', 'ewa', 'acme-portal', 'TARGET_NOT_ALLOWED'),
  attempt('root2', 'aiko', 'acme-billing'),
  attempt('root2', 'oliver', 'acme-portal', 'MFA_REQUIRED'),
  attempt('root2', 'grace', 'acme-portal'),
]

/** What staff did: signed in to the panel, looked customers up, tried and checked. */
export function tellSupportDesk(story: Story): void {
  const staff = ['usr_root', 'usr_root2', 'usr_support', 'usr_agent', 'usr_agent'].map(personOf)
  for (let shift = 0; shift < SHIFTS; shift++) {
    tellShift(story, story.chance.pick(staff), story.moment())
  }
  for (const denied of DENIED) tellDenied(story, denied, story.moment())
  for (const checked of CHECKED) tellChecked(story, checked, story.moment())
  tellServices(story)
}

/** A login with both factors, as the panel requires it; `at` is when it was done. */
export function tellStaffLogin(story: Story, person: Person, at: number): void {
  const organization = person.organization?.id ?? null
  const about = { actor: person.sub, organization, app: SERVICE } as const
  const factor = { ...about, details: { method: 'otp' } }
  const origin = story.at(person)
  if (story.chance.next() < 0.1) {
    story.tell(at - 9 * SECOND, { action: 'mfa.failed', outcome: 'failure', ...factor }, origin)
  }
  story.tell(at - 1, { action: 'mfa.succeeded', outcome: 'success', ...factor }, origin)
  const details = { amr: ['pwd', 'otp'] }
  const happening = { action: 'login.succeeded', outcome: 'success', details } as const
  story.tell(at, { ...happening, ...about }, origin)
}

function tellShift(story: Story, person: Person, from: number): void {
  const { chance } = story
  tellStaffLogin(story, person, from)
  let at = from
  for (let calls = chance.between(1, 3); calls > 0; calls--) {
    at += chance.between(20, 240) * SECOND
    const q = chance.pick(SEARCHES)
    tellSearch(story, q, at)
    const found = matching(q)
    if (found.length === 0) continue
    at += chance.between(3, 20) * SECOND
    tellView(story, chance.pick(found), at)
  }
}

const matching = (q: string): Person[] =>
  people.filter(({ sub, email, name, organization }) =>
    [sub, email, name, organization?.name ?? ''].some((text) => text.toLowerCase().includes(q)),
  )

/** What the panel's page of 25 showed. */
export function tellSearch(story: Story, q: string, at: number): void {
  const details = { q, results: Math.min(matching(q).length, 25) }
  const happening = { action: 'user.searched', outcome: 'success', service: SERVICE } as const
  story.tell(at, { ...happening, details }, story.atPanel())
}

export function tellView(story: Story, { sub, organization }: Person, at: number): void {
  const about = { service: SERVICE, subject: sub, organization: organization?.id ?? null }
  story.tell(at, { action: 'user.viewed', outcome: 'success', ...about }, story.atPanel())
}

const organizationOf = ({ subject }: Attempt): string | null =>
  personOf(subject).organization?.id ?? null

export function tellDenied(story: Story, denied: Attempt, at: number): void {
  // Whoever may not act, or has not proved it, is refused before anybody looks at the customer.
  const isEarly = ['IMPERSONATOR_NOT_ALLOWED', 'MFA_REQUIRED'].includes(denied.code ?? '')
  const organization = isEarly ? null : organizationOf(denied)
  const about = { outcome: 'denied', service: SERVICE, ...denied, organization } as const
  const origin = story.atPanel()
  story.tell(at, { action: 'impersonation.denied', ...about }, origin)
  if (denied.code !== 'IMPERSONATOR_NOT_ALLOWED') return
  story.tell(at + 1, { action: 'privilege_violation', ...about }, origin)
}

export function tellChecked(story: Story, checked: Attempt, at: number): void {
  const outcome = checked.code === null ? 'success' : 'denied'
  const organization = organizationOf(checked)
  const about = { outcome, service: SERVICE, ...checked, organization } as const
  story.tell(at, { action: 'impersonation.checked', ...about }, story.atPanel())
}

/** Services: one lost its secret, one reached for a scope it does not have; somebody read the trail. */
function tellServices(story: Story): void {
  const refused = { action: 's2s.auth_failed', outcome: 'denied' } as const
  const lost = story.moment()
  for (let times = 0; times < 3; times++) {
    const details = { route: 'token', client_id: 'acme-readonly' }
    story.tell(lost + times * MINUTE, { ...refused, details }, story.atPanel())
  }
  const reached = { ...refused, code: 'S2S_SCOPE', service: 'acme-readonly' }
  story.tell(story.moment(), { ...reached, details: { scope: 'root' } }, story.atPanel())
  for (let times = 0; times < 6; times++) {
    const viewed = { action: 'audit.viewed', outcome: 'success', service: SERVICE } as const
    story.tell(story.moment(), { ...viewed, details: {} }, story.atPanel())
  }
}
