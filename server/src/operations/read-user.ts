import type { Account, Consent } from '../impersonation/account.ts'
import type { Origin } from '../impersonation/audit-event.ts'
import type { Page, PageRequest } from '../ports/page.ts'
import type { Ports } from '../ports/ports.ts'
import { Denied } from './denied.ts'
import { limitLooks } from './limit-looks.ts'
import { pageOfWhole } from './page-of-whole.ts'
import type { Reader } from './recognise-reader.ts'
import { record } from './write-audit.ts'

/**
 * One account; that it was looked at is written down, unless by oneself.
 *
 * @throws Denied NOT_FOUND, RATE_LIMITED
 */
export async function readUser(
  ports: Ports,
  reader: Reader,
  sub: string | null,
  origin: Origin,
): Promise<Account> {
  const account = sub === null ? undefined : await ports.directory.findAccount(sub)
  if (account === undefined) throw new Denied('NOT_FOUND')
  // A panel asks again and again who its user is, and which roles are left.
  if (reader.actor === account.sub) return account
  await limitLooks(ports, reader, 'views', origin)
  await ports.unitOfWork.run(() =>
    record(
      ports,
      {
        action: 'user.viewed',
        outcome: 'success',
        ...reader,
        subject: account.sub,
        organization: account.organization?.id ?? null,
      },
      origin,
    ),
  )
  return account
}

/**
 * What an account allowed which app, also when it took it back.
 *
 * @throws Denied NOT_FOUND, RATE_LIMITED
 * @throws CursorInvalid
 */
export async function readConsents(
  ports: Ports,
  reader: Reader,
  sub: string | null,
  page: PageRequest,
  origin: Origin,
): Promise<Page<Consent>> {
  const account = await readUser(ports, reader, sub, origin)
  return pageOfWhole(await ports.directory.listConsents(account.sub), page, ({ app }) => app)
}
