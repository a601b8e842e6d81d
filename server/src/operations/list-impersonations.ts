import type { ImpersonationFilter } from '../ports/impersonations.ts'
import type { Ports } from '../ports/ports.ts'
import type { CountedPage, CountedPageRequest } from './counted-page.ts'
import { counted } from './counted-page.ts'
import type { DescribedImpersonation } from './describe-impersonation.ts'
import { describeImpersonation } from './describe-impersonation.ts'

/** Newest first. @throws CursorInvalid */
export async function listImpersonations(
  ports: Ports,
  filter: ImpersonationFilter,
  page: CountedPageRequest,
): Promise<CountedPage<DescribedImpersonation>> {
  const { impersonations } = ports
  const now = ports.clock()
  const total = await counted(page, (atMost) => impersonations.count(filter, now, atMost))
  const { items, nextCursor } = await impersonations.list(filter, page, now)
  const described = items.map((impersonation) => describeImpersonation(ports, impersonation))
  return { items: await Promise.all(described), nextCursor, ...total }
}
