import type { AuditKeys } from './audit-keys.ts'
import { createAuditKeys } from './audit-keys.ts'
import type { Database } from './database.ts'
import type { SealedTexts } from './sealed-texts.ts'
import { createSealedTexts } from './sealed-texts.ts'
import type { SigningKeys } from './signing-keys.ts'
import { createSigningKeys } from './signing-keys.ts'
import type { Writer } from './unit-of-work.ts'

/** Keys, and what else is kept encrypted. */
export interface KeyStores {
  readonly signingKeys: SigningKeys
  readonly auditKeys: AuditKeys
  readonly sealedTexts: SealedTexts
}

export const createKeyStores = (database: Database, writer: Writer): KeyStores => ({
  signingKeys: createSigningKeys(database, writer),
  auditKeys: createAuditKeys(database),
  sealedTexts: createSealedTexts(database, writer),
})
