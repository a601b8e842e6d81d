import { sql } from 'kysely'
import type { Account } from '../impersonation/account.ts'
import type { Database } from './database.ts'
import type { Writer } from './unit-of-work.ts'

const BATCH = 200
/** RFC 2606 §2: nobody ever has an address there. */
const NOWHERE = '@erased.invalid'

export const isErased = ({ email }: Pick<Account, 'email'>): boolean => email.endsWith(NOWHERE)

/** Removes what is known of a person beyond ids; events and their seal stay as they are. */
export interface Erasure {
  /**
   * Deletes a part of what the trail keeps of a person's own addresses, browsers and typed e-mails,
   * what others searched for if the e-mail is part of that, and mail to it.
   * Where a member of staff acted for somebody, these are the member's.
   *
   * @returns whether there may be more.
   */
  eraseTraces(sub: string, email: string): Promise<boolean>
  /** Leaves an account nobody can sign in to, with nothing personal but its id. */
  eraseAccount(sub: string, email: string): Promise<void>
}

export const createErasure = (database: Database, writer: Writer): Erasure => ({
  eraseTraces: (sub, email) => eraseTraces(database, sub, email),
  eraseAccount: (sub, email) => eraseAccount(database, writer, sub, email),
})

async function eraseTraces(database: Database, sub: string, email: string): Promise<boolean> {
  const { kysely } = database
  const batches = [
    sql`select p.event from audit_person p join audit_event e on e.id = p.event
      where e.actor = ${sub} limit ${BATCH}`,
    sql`select p.event from audit_person p join audit_event e on e.id = p.event
      where e.subject = ${sub} and e.actor is null limit ${BATCH}`,
    sql`select event from audit_person where email = ${email} limit ${BATCH}`,
  ]
  let gone = 0
  for (const batch of batches) {
    const remove = sql`delete from audit_person where event in (${batch}) returning event`
    gone += (await database.apply([remove.compile(kysely)])).length
  }
  // Without LIKE, to which an underscore is any character.
  const forget = sql`update audit_person set searched = null where searched is not null
    and replace(lower(searched), ${email.toLowerCase()}, '') <> lower(searched)`
  // Also what a request wrote that had read the address before.
  const mail = kysely.deleteFrom('mail').where('recipient', '=', email).compile()
  await database.apply([forget.compile(kysely), mail])
  return gone > 0
}

async function eraseAccount(
  { kysely }: Database,
  writer: Writer,
  sub: string,
  email: string,
): Promise<void> {
  const erased = {
    email: `${sub.toLowerCase()}${NOWHERE}`,
    name: 'Erased',
    password_hash: null,
    status: 'disabled',
    roles: '[]',
    last_login_at: null,
  } as const
  await writer.write([
    kysely.updateTable('account').set(erased).where('sub', '=', sub).compile(),
    kysely.deleteFrom('mail').where('recipient', '=', email).compile(),
    kysely.deleteFrom('second_factor').where('account', '=', sub).compile(),
    kysely.deleteFrom('passkey').where('account', '=', sub).compile(),
    kysely.deleteFrom('recovery_code').where('account', '=', sub).compile(),
  ])
}
