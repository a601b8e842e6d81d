import type { Happening, Impersonation } from '../../index.ts'
import { newId } from '../../index.ts'
import { personOf } from './people.ts'
import type { PastEvent, Story } from './story.ts'
import { DAY, MINUTE, SECOND } from './story.ts'
import { tellChecked, tellDenied, tellSearch, tellStaffLogin, tellView } from './support-desk.ts'

/** An impersonation of the past; its end is written by the store that writes every end. */
export interface PastImpersonation {
  /** Still open, as it was written when it was started. */
  readonly record: Impersonation
  readonly ending: NonNullable<Impersonation['ended']>
  readonly ended: PastEvent
}

/** Life of an impersonation unless an operator decides otherwise (contract §3). */
const LIFE = 1800 * SECOND

/** How often an app gets a new access token. */
const REFRESH: number = 285 * SECOND

/** The two that have ended: one yesterday by its actor, one last week by its clock. */
export function tellPastImpersonations(story: Story): PastImpersonation[] {
  const yesterday = draw(story.now - DAY - 12 * MINUTE, {
    actor: 'usr_root',
    subject: 'usr_jane',
    mode: 'read_only',
    scope: 'openid profile email orders:read',
    reason: 'Cannot see charger 12 in her orders',
    ticket: 'SUP-1234',
  })
  const lastWeek = draw(story.now - 7 * DAY - 40 * MINUTE, {
    actor: 'usr_root2',
    subject: 'usr_kwame',
    mode: 'full',
    scope: 'openid profile email orders:read orders:write',
    reason: 'Order import has been stuck since Monday',
    ticket: 'SUP-1187',
  })
  tellDenied(
    story,
    { actor: 'usr_root2', subject: 'usr_rohan', app: 'acme-portal', code: 'ALREADY_IMPERSONATING' },
    lastWeek.startedAt + 11 * MINUTE,
  )
  return [
    tellOne(story, yesterday, {
      at: yesterday.startedAt + 12 * MINUTE + 4 * SECOND,
      by: 'impersonator',
      reason: 'ended_by_impersonator',
    }),
    tellOne(story, lastWeek, { at: lastWeek.expiresAt, by: 'expired', reason: 'lifetime_over' }),
  ]
}

type Choice = Pick<Impersonation, 'actor' | 'subject' | 'mode' | 'scope' | 'reason' | 'ticket'>

function draw(at: number, choice: Choice): Impersonation {
  const startedAt = Math.floor(at / SECOND) * SECOND
  return {
    id: newId('imp', startedAt),
    app: 'acme-portal',
    service: 'admin-panel',
    ...choice,
    organization: personOf(choice.subject).organization?.id ?? null,
    startedAt,
    expiresAt: startedAt + LIFE,
    redeemBy: null,
    redeemedAt: startedAt + 4 * SECOND,
    actorSession: null,
    ended: null,
  }
}

function tellOne(
  story: Story,
  record: Impersonation,
  ending: PastImpersonation['ending'],
): PastImpersonation {
  tellBefore(story, record)
  tellStart(story, record)
  tellUse(story, record, ending.at)
  const details = {
    ended_by: ending.by,
    end_reason: ending.reason,
    duration_seconds: Math.round((ending.at - record.startedAt) / SECOND),
  }
  const ended: Happening = {
    ...about(record),
    action: 'impersonation.ended',
    outcome: 'success',
    details,
  }
  // What time ends is noticed by the server itself, which sits nowhere.
  const origin = ending.by === 'expired' ? null : story.at(personOf(record.actor))
  return { record, ending, ended: { at: ending.at, happening: ended, origin } }
}

type About = Required<
  Pick<Happening, 'actor' | 'service' | 'subject' | 'organization' | 'app' | 'impersonation'>
>

const about = ({ id, actor, subject, organization, app }: Impersonation): About => ({
  actor,
  service: null,
  subject,
  organization,
  app,
  impersonation: id,
})

/** How the actor got there: a login with two factors, the customer's page, a dry run. */
function tellBefore(story: Story, { actor, subject, app, startedAt }: Impersonation): void {
  const customer = personOf(subject)
  tellStaffLogin(story, personOf(actor), startedAt - 96 * SECOND)
  tellSearch(story, customer.name.toLowerCase(), startedAt - 71 * SECOND)
  tellView(story, customer, startedAt - 64 * SECOND)
  tellChecked(story, { actor, subject, app, code: null }, startedAt - 58 * SECOND)
}

function tellStart(story: Story, record: Impersonation): void {
  const { mode, reason, ticket, scope, expiresAt } = record
  const details = {
    mode,
    reason,
    ticket,
    scope,
    expires_at: new Date(expiresAt).toISOString(),
    redeem_within: null,
    consent: 'not_required',
  }
  const started = { action: 'impersonation.started', outcome: 'success', details } as const
  story.tell(
    record.startedAt + 137,
    { ...about(record), service: record.service, ...started },
    story.atPanel(),
  )
}

/** Tokens as the app fetched them, and what its resource server saw. */
function tellUse(story: Story, record: Impersonation, until: number): void {
  const { actor, startedAt, mode } = record
  const browser = personOf(actor)
  const refreshed = { ...about(record), outcome: 'success' } as const
  for (let at = startedAt + 4 * SECOND; at < until; at += REFRESH) {
    story.tell(at, { action: 'impersonation.refreshed', ...refreshed }, story.at(browser))
  }
  const see = (seconds: number, method: string, action: Happening['action']): void => {
    const origin = story.atPanel()
    const details = { method, route: '/orders', request_id: origin.requestId }
    const outcome = action === 'impersonation.request' ? 'success' : 'denied'
    const seen = { ...about(record), service: 'acme-backend', action, outcome, details } as const
    story.tell(startedAt + seconds * SECOND, seen, origin)
  }
  see(5, 'GET', 'impersonation.request')
  see(212, 'POST', mode === 'full' ? 'impersonation.request' : 'impersonation.write_blocked')
  see(430, 'GET', 'impersonation.request')
}
