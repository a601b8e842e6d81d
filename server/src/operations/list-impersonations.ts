import type { ImpersonationFilter } from '../ports/impersonations.ts'
import type { Page, PageRequest } from '../ports/page.ts'
import type { Ports } from '../ports/ports.ts'
import type { DescribedImpersonation } from './describe-impersonation.ts'
import { describeImpersonation } from './describe-impersonation.ts'

/** Newest first. @throws CursorInvalid */
export async function listImpersonations(
  ports: Ports,
  filter: ImpersonationFilter,
  page: PageRequest,
): Promise<Page<DescribedImpersonation>> {
  const { items, nextCursor } = await ports.impersonations.list(filter, page, ports.clock())
  const described = items.map((impersonation) => describeImpersonation(ports, impersonation))
  return { items: await Promise.all(described), nextCursor }
}
