import type { AuditEvent } from '../impersonation/audit-event.ts'

type Details = AuditEvent['details']

interface Kept {
  readonly details: Details
  readonly searched: string | null
}

/** What was searched for may name a person: it must not be part of what is sealed. */
export function splitSearched(all: Details): Kept {
  const { q, ...details } = all
  return typeof q === 'string' ? { details, searched: q } : { details: all, searched: null }
}

/** Details as they were, unless what was searched for has been erased. */
export const joinSearched = ({ details, searched }: Kept): Details =>
  searched === null ? details : { q: searched, ...details }
