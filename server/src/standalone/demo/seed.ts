import type { DenialCode, ImpersonationExtension, Settings, Storage } from '../../index.ts'
import { demoApps } from './apps.ts'
import { createChance } from './chance.ts'
import type { Chance } from './chance.ts'
import { demoConsents } from './consents.ts'
import { tellCustomerLife } from './customer-life.ts'
import type { DemoUrls } from '@understudy/demo'
import { startLiveImpersonation } from './live-impersonation.ts'
import type { PastImpersonation } from './past-impersonations.ts'
import { tellPastImpersonations } from './past-impersonations.ts'
import type { Person } from './people.ts'
import {
  DEMO_PASSWORD,
  DEMO_TOTP_SECRET,
  isStaff,
  organizations,
  people,
  personOf,
} from './people.ts'
import type { PastEvent, Story } from './story.ts'
import { createStory, DAY, DAYS_TOLD, SECOND, toAuditEvent } from './story.ts'
import { tellStaffLogin, tellSupportDesk } from './support-desk.ts'

export interface SeedDemoOptions {
  readonly storage: Storage
  /** After its `routes(provider)` was called: the live impersonation is started with it. */
  readonly impersonation: Pick<ImpersonationExtension, 'start'>
  /** The policy, so that what it refuses is not even tried. */
  readonly settings?: Settings
  readonly urls: DemoUrls
  readonly hashPassword: (password: string) => Promise<string>
  /** Encrypts a TOTP secret (base 32) for the account it belongs to. */
  readonly sealTotpSecret: (secret: string, sub: string) => string | Promise<string>
  /** Epoch milliseconds; the extension's own clock. */
  readonly clock?: () => number
}

/** How long ago the people and the apps of the demo were added. */
const AGE: number = 150 * DAY

/**
 * Registers those apps of contract §7 that are not there yet. A provider that reads its scopes from
 * the apps wants this before it is made, and `seedDemo` after.
 */
export async function seedApps(
  { storage, clock = Date.now }: Pick<SeedDemoOptions, 'storage' | 'clock'>,
  urls: DemoUrls,
): Promise<void> {
  await storage.unitOfWork.run(async () => {
    for (const app of demoApps(urls)) {
      if ((await storage.apps.find(app.clientId)) !== undefined) continue
      await storage.apps.add(app, clock() - AGE)
    }
  })
}

export interface Seeded {
  /** Whether the people were made now, and were not there already. */
  readonly made: boolean
  /** Why the policy has nobody impersonating yet; a later start under another policy makes up for it. */
  readonly leftOut: DenialCode | null
}

/**
 * Makes the demo of contract §7 once: people, apps, consents, two weeks of history, and one live
 * impersonation.
 *
 * @throws StorageUnavailable
 */
export async function seedDemo(options: SeedDemoOptions): Promise<Seeded> {
  const { storage, clock = Date.now } = options
  const made = (await storage.accounts.find('usr_root')) === undefined
  if (made) await seedPast(options)
  return { made, leftOut: await startLiveImpersonation(options, clock()) }
}

async function seedPast(options: SeedDemoOptions): Promise<void> {
  const { storage, clock = Date.now } = options
  const story = createStory(clock(), createChance(0x5eed))
  const past = tellPastImpersonations(story)
  tellCustomerLife(story)
  tellSupportDesk(story)
  // Whoever impersonates right now has signed in just before.
  tellStaffLogin(story, personOf('usr_root2'), story.now - 40 * SECOND)
  story.events.sort((one, other) => one.at - other.at)

  await seedApps({ storage, clock }, options.urls)
  await storage.unitOfWork.run(async () => {
    await addPeople(options, story)
    await addConsents(storage, story.now)
    await addHistory(storage, story.events, past)
  })
  await storage.audit.flush()
}

async function addPeople(options: SeedDemoOptions, story: Story): Promise<void> {
  const { accounts, secondFactors } = options.storage
  // One hash for all: the password is public, so a salt for each account would protect nothing.
  const passwordHash = await options.hashPassword(DEMO_PASSWORD)
  const createdAt = story.now - AGE
  const logins = lastLogins(story.events)
  for (const { id, name } of organizations) await accounts.addOrganization(id, name)
  for (const person of people) {
    const lastLoginAt = logins.get(person.sub) ?? earlierLogin(person, story)
    await accounts.add({ ...person, lastLoginAt }, passwordHash, createdAt)
    if (!isStaff(person)) continue
    const sealed = await options.sealTotpSecret(DEMO_TOTP_SECRET, person.sub)
    await secondFactors.enrol(person.sub, sealed, createdAt)
  }
}

function lastLogins(events: readonly PastEvent[]): Map<string, number> {
  const logins = events.filter(({ happening }) => happening.action === 'login.succeeded')
  return new Map(logins.map(({ at, happening }) => [happening.actor ?? '', at]))
}

/** Before the trail begins; a few have never signed in. */
function earlierLogin(
  { sub }: Person,
  { now, chance }: { now: number; chance: Chance },
): number | null {
  if (sub === 'usr_ivo' || sub === 'usr_sina') return null
  return Math.floor(now - (DAYS_TOLD + 45 + chance.next() * 60) * DAY)
}

async function addConsents({ consents }: Storage, now: number): Promise<void> {
  for (const { sub, app, scope, daysAgo, revokedDaysAgo } of demoConsents) {
    await consents.grant(sub, app, scope, Math.floor(now - daysAgo * DAY))
    if (revokedDaysAgo !== null)
      await consents.revoke(sub, app, Math.floor(now - revokedDaysAgo * DAY))
  }
}

async function addHistory(
  { audit, impersonations }: Storage,
  events: readonly PastEvent[],
  past: readonly PastImpersonation[],
): Promise<void> {
  for (const event of events) await audit.record(toAuditEvent(event), event.happening.email)
  for (const { record, ending, ended } of past) {
    await impersonations.add(record)
    await impersonations.end(record.id, ending, [toAuditEvent(ended)])
  }
}
