import type { ConsentRequests } from './consent-requests.ts'
import { createConsentRequests } from './consent-requests.ts'
import type { Database } from './database.ts'
import type { MailOutbox } from './mail-outbox.ts'
import { createMailOutbox } from './mail-outbox.ts'
import type { Passkeys } from './passkeys.ts'
import { createPasskeys } from './passkeys.ts'
import type { RecoveryCodes } from './recovery-codes.ts'
import { createRecoveryCodes } from './recovery-codes.ts'
import type { Sessions } from './sessions.ts'
import { createSessions } from './sessions.ts'
import type { Writer } from './unit-of-work.ts'

/** What customers see, decide and sign in with. */
export interface CustomerStores {
  readonly consentRequests: ConsentRequests
  readonly passkeys: Passkeys
  readonly recoveryCodes: RecoveryCodes
  readonly sessions: Sessions
  readonly mail: MailOutbox
}

export const createCustomerStores = (database: Database, writer: Writer): CustomerStores => ({
  consentRequests: createConsentRequests(database, writer),
  passkeys: createPasskeys(database, writer),
  recoveryCodes: createRecoveryCodes(database, writer),
  sessions: createSessions(database),
  mail: createMailOutbox(database, writer),
})
