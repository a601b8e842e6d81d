/** The newest link of the chain of audit events, or any other as far as others build on it. */
export interface ChainHead {
  /** Gapless from 1; 0 before the first. */
  readonly seq: number
  /** SHA-256 in base64url. */
  readonly hash: string
}

/** What the first link builds on: 32 zero bytes. */
export const genesis: ChainHead = { seq: 0, hash: 'A'.repeat(43) }

/** Signed: at this time the chain ended here. Hashes are SHA-256 in base64url, times ISO 8601. */
export interface Checkpoint extends ChainHead {
  readonly iss: string
  readonly at: string
  /** Hash of the checkpoint before. */
  readonly previous: string | null
}

/** Signed: everything up to `seq` was removed, and the chain goes on from there. */
export interface Tombstone extends ChainHead {
  readonly iss: string
  readonly at: string
  /** How many events were removed this time, all of them older than `before`. */
  readonly removed: number
  readonly before: string
  /** Hash of the checkpoint at `seq`, which stays. */
  readonly checkpoint: string
  /** Hash of the tombstone before. */
  readonly previous: string | null
}

/** A compact JWS (RFC 7515 §3.1). */
export type Signed = string

/** What is wrong with a chain, and where it begins to be. */
export interface Problem {
  readonly kind: ProblemKind
  readonly seq: number
}

export const problemKinds = {
  altered: 'an event, or its hash, is not what was sealed',
  missing: 'a link of the chain is gone',
  event_missing: 'a sealed event is gone',
  rewritten: 'the chain is not the one that was signed',
  truncated: 'the newest links are gone',
  forged_checkpoint: 'a checkpoint was not signed by a known key, or was altered',
  missing_checkpoint: 'a checkpoint is gone',
  forged_tombstone: 'a tombstone was not signed by a known key, or was altered',
  unsealed_missing: 'an event that waited to be sealed is gone',
  unchained: 'there are events outside the chain',
} as const

export type ProblemKind = keyof typeof problemKinds
