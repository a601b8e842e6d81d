import type { EndedBy } from '../impersonation/ending.ts'

/** An end, as resource servers need to hear of it. Times in epoch milliseconds. */
export interface EndedImpersonation {
  readonly id: string
  readonly endedAt: number
  readonly by: EndedBy
  /** When the end was written down; what the feed is ordered by. */
  readonly noticedAt: number
}

/** Tells of every end on any node, at least once and shortly after it is durable. */
export interface EndedFeed {
  /** Ends noticed at this time or later, oldest first; a few that were noticed just before as well. */
  since(noticedAt: number): Promise<EndedImpersonation[]>
  /** Returns how to stop. */
  subscribe(listener: (ended: EndedImpersonation) => void): () => void
}
