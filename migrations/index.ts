import type { Migration } from 'kysely/migration'
import * as initial from './001-initial.ts'
import * as accounts from './002-accounts.ts'
import * as search from './003-search.ts'
import * as auditSeal from './004-audit-seal.ts'
import * as webhooks from './005-webhooks.ts'
import * as auditSearched from './006-audit-searched.ts'
import * as fewerIndexes from './007-fewer-indexes.ts'
import * as consentMode from './008-consent-mode.ts'
import * as organization from './009-organization.ts'

/** Every migration, in order. A migration that was released is never edited. */
export const migrations: Readonly<Record<string, Migration>> = {
  '001-initial': initial,
  '002-accounts': accounts,
  '003-search': search,
  '004-audit-seal': auditSeal,
  '005-webhooks': webhooks,
  '006-audit-searched': auditSearched,
  '007-fewer-indexes': fewerIndexes,
  '008-consent-mode': consentMode,
  '009-organization': organization,
}
