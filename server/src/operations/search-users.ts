import type { Account } from '../impersonation/account.ts'
import type { Origin } from '../impersonation/audit-event.ts'
import type { AccountFilter } from '../ports/directory.ts'
import type { Page, PageRequest } from '../ports/page.ts'
import type { Ports } from '../ports/ports.ts'
import type { Reader } from './recognise-reader.ts'
import { record } from './write-audit.ts'

/** In the order of e-mails; what was searched for is written down. @throws CursorInvalid */
export async function searchUsers(
  ports: Ports,
  reader: Reader,
  filter: AccountFilter,
  page: PageRequest,
  origin: Origin,
): Promise<Page<Account>> {
  const found = await ports.directory.searchAccounts(filter, page)
  await ports.unitOfWork.run(() =>
    record(
      ports,
      {
        action: 'user.searched',
        outcome: 'success',
        ...reader,
        details: { ...filter, results: found.items.length },
      },
      origin,
    ),
  )
  return found
}
