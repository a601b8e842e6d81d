import type { Account } from '../impersonation/account.ts'
import type { Origin } from '../impersonation/audit-event.ts'
import type { AccountFilter } from '../ports/directory.ts'
import type { Ports } from '../ports/ports.ts'
import type { CountedPage, CountedPageRequest } from './counted-page.ts'
import { counted } from './counted-page.ts'
import { limitLooks } from './limit-looks.ts'
import type { Reader } from './recognise-reader.ts'
import { record } from './write-audit.ts'

/**
 * In the order of e-mails; what was searched for is written down.
 *
 * @throws Denied RATE_LIMITED
 * @throws CursorInvalid
 */
export async function searchUsers(
  ports: Ports,
  reader: Reader,
  filter: AccountFilter,
  page: CountedPageRequest,
  origin: Origin,
): Promise<CountedPage<Account>> {
  const { directory } = ports
  await limitLooks(ports, reader, 'searches', origin)
  // A host's directory need not be able to tell.
  const total = await counted(page, (atMost) => directory.countAccounts?.(filter, atMost))
  const found = await directory.searchAccounts(filter, page)
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
  return { ...found, ...total }
}
