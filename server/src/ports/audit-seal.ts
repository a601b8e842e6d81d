import type {
  ChainHead,
  Checkpoint,
  Problem,
  Signed,
  Tombstone,
} from '../impersonation/audit-chain.ts'

/** A link as it is kept, and what its hash has to be after the link before it. */
export interface Link extends ChainHead {
  /** `null` when its event is gone. */
  readonly computed: string | null
  /** When the event says it happened, epoch milliseconds. */
  readonly at: number | null
}

export interface Sealed {
  readonly head: ChainHead
  readonly sealed: number
}

/** Where every event of the trail is, in numbers of one moment. */
export interface Census {
  readonly events: number
  readonly sealed: number
  /** Queued for the sealer. */
  readonly waiting: number
  /** Queued although the event itself is gone. */
  readonly lost: number
}

export interface LastVerification {
  /** The chain was walked up to here … */
  readonly seq: number
  /** … at this time, epoch milliseconds. */
  readonly at: number
  readonly problem: Problem | null
}

/** The chain over the audit events: what is sealed has its place, its hash, and a predecessor. */
export interface AuditSeal {
  head(): Promise<ChainHead>
  /**
   * Seals what waits, in the order of its ids, at most `limit`, and keeps the lease for it.
   * @throws ConditionLost when the lease is somebody else's or the head has moved.
   */
  sealNext(lease: HeldLease, limit: number): Promise<Sealed>
  /** The links after this one, oldest first. */
  linksAfter(head: ChainHead, limit: number): Promise<readonly Link[]>
  hashAt(seq: number): Promise<string | undefined>
  takeCensus(): Promise<Census>
  /** Removes a part of what the last tombstone covers; resolves to how many events it was. */
  dropCovered(limit: number): Promise<number>
  lastVerification(): Promise<LastVerification | undefined>
  noteVerification(verification: LastVerification): Promise<void>
}

export interface HeldLease {
  readonly name: string
  readonly holder: string
  readonly milliseconds: number
}

/** A signed statement and the sequence number it is about. */
export interface KeptStatement {
  readonly seq: number
  readonly jws: Signed
  /** SHA-256 of the JWS, base64url; the next one names it. */
  readonly digest: string
}

/** Signed statements about the chain. */
export interface AuditStatements {
  lastCheckpoint(): Promise<KeptStatement | undefined>
  /** From this sequence number on, lowest first. */
  checkpointsFrom(seq: number, limit: number): Promise<readonly KeptStatement[]>
  /** @throws ConditionLost when the lease is somebody else's. */
  addCheckpoint(seq: number, jws: Signed, lease: HeldLease): Promise<void>
  lastTombstone(): Promise<KeptStatement | undefined>
  /** From its commit on, what it covers may be removed, and is no longer part of the chain. */
  addTombstone(through: number, jws: Signed): Promise<void>
}

/** Signs statements about the chain, with a key that is for nothing else. */
export interface AuditSigner {
  sign(kind: 'checkpoint', statement: Checkpoint): Promise<Signed>
  sign(kind: 'tombstone', statement: Tombstone): Promise<Signed>
}

/** Reads them; `null` for what no key of ours has signed. */
export interface AuditReader {
  readCheckpoint(jws: string): Promise<Checkpoint | null>
  /** What a checkpoint says, whoever has signed it; `null` when it is none. */
  peekCheckpoint(jws: string): Checkpoint | null
  readTombstone(jws: string): Promise<Tombstone | null>
}
