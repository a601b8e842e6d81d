import type { Kysely } from 'kysely'
import { sql } from 'kysely'

/**
 * Frozen, as the migration it is part of. One text for each account, of everything it is found by,
 * in lower case. Two blanks before each word, so that even one letter makes a trigram.
 */
const textOf = (account: string): string =>
  `'  ' || replace(lower(${account}.email || ' ' || ${account}.name || ' ' || ${account}.sub || ' ' ||
    coalesce((select name from organization where id = ${account}.organization), '')), ' ', '  ')`

/** The table has an integer key of its own: rowids of other tables change when the file is vacuumed. */
export async function indexTextOnSqlite(db: Kysely<unknown>): Promise<void> {
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(db)
  await run(`create table account_text (id integer primary key, account text not null unique
    references account (sub) on delete cascade, text text not null) strict`)
  await run(`create virtual table account_trigram using fts5 (text, content = 'account_text',
    content_rowid = 'id', tokenize = 'trigram', detail = none, columnsize = 0)`)
  await run(
    `insert into account_text (account, text) select sub, ${textOf('account')} from account`,
  )
  await run("insert into account_trigram (account_trigram) values ('rebuild')")

  const add = 'insert into account_trigram (rowid, text) values (new.id, new.text)'
  const remove = `insert into account_trigram (account_trigram, rowid, text)
    values ('delete', old.id, old.text)`
  await run(`create trigger account_text_added after insert on account_text begin ${add}; end`)
  await run(`create trigger account_text_gone after delete on account_text begin ${remove}; end`)
  await run(`create trigger account_text_changed after update of text on account_text
    begin ${remove}; ${add}; end`)

  await run(`create trigger account_added after insert on account begin
    insert into account_text (account, text) values (new.sub, ${textOf('new')}); end`)
  await run(`create trigger account_renamed after update of email, name, organization on account begin
    update account_text set text = ${textOf('new')} where account = new.sub; end`)
  await run(`create trigger organization_renamed after update of name on organization begin
    update account_text set text = (select ${textOf('account')} from account where sub = account_text.account)
    where account in (select sub from account where organization = new.id); end`)
}

/** `pg_trgm` comes with PostgreSQL, and who may create tables may create it ("trusted"). */
export async function indexTextOnPostgres(db: Kysely<unknown>): Promise<void> {
  const run = (text: string): Promise<unknown> => sql.raw(text).execute(db)
  const trigger = async (name: string, event: string, body: string): Promise<void> => {
    await run(`create function ${name}() returns trigger language plpgsql as
      $$begin ${body}; return null; end$$`)
    await run(`create trigger ${name} after ${event} for each row execute function ${name}()`)
  }
  await run('create extension if not exists pg_trgm')
  await run(`create table account_text (account text primary key
    references account (sub) on delete cascade, text text not null)`)
  await run(
    `insert into account_text (account, text) select sub, ${textOf('account')} from account`,
  )
  await run('create index account_trigram on account_text using gin (text gin_trgm_ops)')
  await trigger(
    'account_added',
    'insert on account',
    `insert into account_text (account, text) values (new.sub, ${textOf('new')})`,
  )
  await trigger(
    'account_renamed',
    'update of email, name, organization on account',
    `update account_text set text = ${textOf('new')} where account = new.sub`,
  )
  await trigger(
    'organization_renamed',
    'update of name on organization',
    `update account_text set text = (select ${textOf('account')} from account where sub = account_text.account)
      where account in (select sub from account where organization = new.id)`,
  )
}
