import { sql } from 'kysely'
import { idBound } from '../../server/src/storage/ids.ts'
import type { Database } from '../../server/src/storage/database.ts'

export interface Growth {
  readonly accounts: number
  readonly events: number
  /** When the last event was, epoch milliseconds; they are a millisecond apart. */
  readonly at: number
}

const EVENT_DIGITS = 8
/** Of those, the ones that stand for the last of the time: so many events share a millisecond. */
const TIME_DIGITS = 4

/** Decimal digits sort as those of base 32 do, which ids are written in. */
const prefixOf = (kind: string, at: number): string => idBound(kind, at).slice(0, -TIME_DIGITS)

export const eventId = (at: number, n: number): string =>
  prefixOf('aud', at) + String(Math.floor(n)).padStart(EVENT_DIGITS, '0')

/** When that event was, as far as its id knows. */
export const eventTime = (at: number, n: number): number => {
  const block = 32 ** TIME_DIGITS
  const digits = eventId(at, n).slice(-EVENT_DIGITS, -TIME_DIGITS)
  return at - (at % block) + Number.parseInt(digits, 32)
}

/**
 * Fills a migrated database from within, which is faster than through the stores: people in 100
 * organisations, a few of them staff or disabled, events of 50 actors in 10 apps, an impersonation
 * for every tenth event.
 */
export async function growth(database: Database, { accounts, events, at }: Growth): Promise<void> {
  const { kysely, dialect } = database
  const sqlite = dialect === 'sqlite'
  const numbers = (count: number): string =>
    sqlite
      ? `(with recursive n (n) as (select 0 union all select n + 1 from n where n < ${count - 1}) select n from n)`
      : `(select n from generate_series(0, ${count - 1}) as n)`
  const run = async (text: string): Promise<void> => void (await sql.raw(text).execute(kysely))
  const digits = (value: string, width: number): string =>
    sqlite ? `printf('%0${width}d', ${value})` : `lpad((${value})::text, ${width}, '0')`
  const pick = (value: string, ...cases: [number, string][]): string =>
    `case ${cases.map(([every, what]) => `when ${value} % ${every} = 0 then '${what}'`).join(' ')}`

  await run(
    `insert into organization select 'org_' || n, 'Organisation ' || n from ${numbers(100)} as n`,
  )
  await run(`insert into account (sub, email, name, organization, roles, status, created_at)
    select 'usr_' || ${digits('n', 7)}, 'person' || n || '@customer.test', 'Person Number' || n,
      'org_' || (n % 100), ${pick('n', [500, '["org_admin"]'])} else '[]' end,
      ${pick('n', [211, 'disabled'])} else 'active' end, ${at} from ${numbers(accounts)} as n`)
  const action = `${pick('n', [1009, 'audit.exported'], [7, 'user.viewed'], [3, 'impersonation.request'])} else 'user.searched' end`
  await run(`insert into audit_event (id, at, action, outcome, actor, subject, organization, app, impersonation, details)
    select '${prefixOf('aud', at)}' || ${digits('n', EVENT_DIGITS)}, ${at} - ${events} + n, ${action},
      ${pick('n', [97, 'denied'])} else 'success' end, 'usr_' || ${digits('n % 50', 7)},
      'usr_' || ${digits(`(n * 7) % ${accounts}`, 7)}, 'org_' || (n * 7 % 100), 'app_' || (n % 10),
      'imp_' || (n / 10), '{}'
    from ${numbers(events)} as n`)
  await run(`insert into audit_person (event, ip) select id, '192.0.2.1' from audit_event`)
  await run(`insert into impersonation (id, actor, subject, organization, app, mode, scope, started_at, expires_at,
      ended_at, end_noticed_at, ended_by, end_reason)
    select 'imp_' || ${digits('n', 8)}, 'usr_' || ${digits('n % 50', 7)},
      'usr_' || ${digits(`(n * 7) % ${accounts}`, 7)}, 'org_' || (n * 7 % 100), 'app_' || (n % 10), 'read_only', 'openid',
      ${at}, ${at} + 1, ${at}, ${at}, 'expired', 'lifetime_over' from ${numbers(Math.ceil(events / 10))} as n`)
  if (!sqlite) await run('vacuum analyze')
}
