import type { Page, PageRequest } from '../ports/page.ts'

/** No total goes beyond this, which says that there are more. */
const TOTAL_AT_MOST = 10_001

export interface CountedPageRequest extends PageRequest {
  /** Whether to count all that match, which costs a second query. */
  readonly total?: boolean
}

export interface CountedPage<Item> extends Page<Item> {
  /** Absent when nobody asked; `null` when nobody can tell soon enough. */
  readonly total?: number | null
}

/** What is to be added to the page. */
export const counted = async (
  request: CountedPageRequest,
  count: (atMost: number) => Promise<number | null> | undefined,
): Promise<{ readonly total?: number | null }> =>
  request.total === true ? { total: (await count(TOTAL_AT_MOST)) ?? null } : {}
