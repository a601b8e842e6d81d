import type { Impersonation, Impersonations, Settings, Storage } from '../../index.ts'
import { isErased } from '../../index.ts'
import { endNotice, startNotice } from './impersonation-notice.ts'

export interface Telling {
  readonly storage: Pick<Storage, 'accounts' | 'apps' | 'mail'>
  readonly issuer: string
  readonly when: Settings['notifySubject']
  readonly alarm: (what: string, error: unknown) => void
}

/**
 * The store of impersonations, which also writes to whom it happens: a mail in the same unit as the
 * start or the end it tells about. Neither waits for the mail to be sent.
 */
export function tellSubjects(impersonations: Impersonations, telling: Telling): Impersonations {
  const { when, storage, alarm } = telling
  const tellsStart = when === 'start' || when === 'both'
  const tellsEnd = when === 'end' || when === 'both'
  return {
    ...impersonations,
    async add(impersonation) {
      await impersonations.add(impersonation)
      if (!tellsStart) return
      const names = await namesOf(telling, impersonation)
      if (names !== null) await storage.mail.put(startNotice(impersonation, names))
    },
    async end(id, ending, events) {
      const before = tellsEnd ? await impersonations.find(id) : undefined
      await impersonations.end(id, ending, events)
      // Only the first end counts.
      if (before === undefined || before.ended !== null) return
      try {
        const names = await namesOf(telling, before)
        if (names !== null) await storage.mail.put(endNotice(before, ending, names), true)
      } catch (error) {
        // An end waits for nothing.
        alarm(`the end of ${id} could not be told to its subject`, error)
      }
    },
  }
}

async function namesOf(
  { storage, issuer }: Telling,
  impersonation: Impersonation,
): Promise<Parameters<typeof startNotice>[1] | null> {
  const [actor, subject, app] = await Promise.all([
    storage.accounts.find(impersonation.actor),
    storage.accounts.find(impersonation.subject),
    storage.apps.find(impersonation.app),
  ])
  if (subject === undefined || isErased(subject)) return null
  const isNameless = actor === undefined || isErased(actor)
  return {
    actor: isNameless ? 'Somebody of our staff' : `${actor.name} (${actor.email})`,
    subject,
    app: app?.name ?? impersonation.app,
    issuer,
  }
}
