import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import Sqlite from 'better-sqlite3'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { freePort } from '../support/free-port.ts'
import type { CommandLine, Ran } from '../support/command-line.ts'
import { commandLine } from '../support/command-line.ts'

describe('backup and restore', { timeout: 240_000 }, () => {
  let cli: CommandLine
  let file: string
  const names = async (): Promise<string[]> => (await readdir(cli.folder)).toSorted()
  const refused = (message: string, code = 1): Ran => ({
    code,
    out: '',
    err: `understudy: ${message}\n`,
  })
  const newUser = (sub: string): Promise<Ran> =>
    cli.run(['user', 'create', '--email', `${sub}@acme.test`, '--name', sub, '--sub', sub])

  beforeEach(async () => {
    cli = await commandLine()
    file = join(cli.folder, '../backup.sqlite')
    await cli.run('migrate')
    await newUser('usr_kept')
  })
  afterEach(() => cli.close())

  const subs = async (): Promise<unknown[]> =>
    ((await cli.dump())['account'] ?? []).map((row) => row['sub'])

  it('puts the database back as it was, and keeps the one it replaces', async () => {
    expect(await cli.run(`backup ${file}`)).toEqual({
      code: 0,
      out: `${file} holds the database. The secret key is not in it: keep both, apart.\n`,
      err: '',
    })
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    await newUser('usr_later')
    const { code, out, err } = await cli.run(`restore ${file}`)
    expect([code, err]).toEqual([0, ''])
    const [aside = ''] = (await names()).filter((name) => name.includes('.until-'))
    expect(out).toBe(
      'Restored up to seq 0. 0 impersonations ended; everybody signs in again.\n' +
        `The database it replaces is ${join(cli.folder, aside)}.\n`,
    )
    expect(await names()).toEqual(['secret.key', 'understudy.sqlite', aside])
    expect((await stat(join(cli.folder, 'understudy.sqlite'))).mode & 0o777).toBe(0o600)
    expect(await subs()).toEqual(['usr_kept'])
    const replaced = new Sqlite(join(cli.folder, aside), { readonly: true })
    expect(replaced.prepare('select sub from account order by sub').pluck().all()).toEqual([
      'usr_kept',
      'usr_later',
    ])
    replaced.close()
    const { out: trail } = await cli.run('audit tail --action database.restored --json')
    expect(JSON.parse(trail)).toMatchObject({
      action: 'database.restored',
      outcome: 'success',
      actor: null,
      details: { seq: 0, ended: 0, by: 'command line' },
    })
  })

  it('can be restored again and again, each time with its word in the trail', async () => {
    await cli.run(`backup ${file}`)
    for (const count of [1, 1]) {
      expect((await cli.run(`restore ${file}`)).code).toBe(0)
      const { out } = await cli.run('audit tail --action database.restored --json')
      expect(out.trim().split('\n')).toHaveLength(count)
    }
    expect((await cli.run('restore --after')).code).toBe(0)
    const { out } = await cli.run('audit tail --action database.restored --json')
    expect(out.trim().split('\n')).toHaveLength(2)
  })

  it('overwrites nothing, and takes nothing that is no whole backup of its own', async () => {
    await cli.run(`backup ${file}`)
    const before = await readFile(file)
    expect(await cli.run(`backup ${file}`)).toEqual(refused(`${file} is there already.`))
    expect(await readFile(file)).toEqual(before)

    await newUser('usr_later')
    const present = await cli.dump()
    const stranger = join(cli.folder, '../stranger.sqlite')
    new Sqlite(stranger).exec('create table account (sub text)').close()
    const text = join(cli.folder, '../notes.txt')
    await writeFile(text, 'these are no pages of a database '.repeat(200))
    const half = join(cli.folder, '../half.sqlite')
    await writeFile(half, before)
    await truncate(half, Math.floor(before.length / 8192) * 4096)
    for (const [wrong, message] of [
      ['/nowhere/backup.sqlite', /^understudy: There is no \/nowhere\/backup\.sqlite\.\n$/],
      [stranger, /^understudy: The file holds no database of Understudy\.\n$/],
      [text, /^understudy: file is not a database\n$/],
      [half, /^understudy: (?:The database is damaged: |database disk image is malformed).*\n$/],
    ] as const) {
      const ran = await cli.run(`restore ${wrong}`)
      expect(ran).toEqual({ code: 1, out: '', err: expect.stringMatching(message) })
    }
    expect(await names()).toEqual(['secret.key', 'understudy.sqlite'])
    expect(await cli.dump()).toEqual(present)
  })

  it('takes no backup that another secret key has sealed, and makes no key for it', async () => {
    await cli.run(`backup ${file}`)
    const env = { SECRET_KEY: randomBytes(32).toString('base64') }
    expect((await cli.run(`restore ${file}`, { env })).err).toMatch(
      /^understudy: The secret key is not that of the backup: they were sealed with another secret key\./,
    )
    await rm(join(cli.folder, 'secret.key'))
    const { code, err } = await cli.run(`restore ${file}`)
    expect([code, err]).toEqual([1, expect.stringContaining('there is no ')])
    expect(await names()).toEqual(['understudy.sqlite'])
  })

  it('is taken beside a running server, and refused to be put back there', async () => {
    const env = { PORT: String(await freePort()) }
    const server = cli.start('start', { env })
    const exited = once(server, 'exit')
    try {
      const answers = async (): Promise<number> =>
        (await fetch(`http://localhost:${env.PORT}/healthz`).catch(() => ({ status: 0 }))).status
      await expect.poll(answers, { timeout: 60_000 }).toBe(200)
      expect((await cli.run(`backup ${file}`)).code).toBe(0)
      const running = refused('A server works with the database: stop it first.')
      expect(await cli.run(`restore ${file}`, { env })).toEqual(running)
      expect(await cli.run('restore --after', { env })).toEqual(running)
      expect(await answers()).toBe(200)
    } finally {
      server.kill('SIGTERM')
      await exited
    }
    expect((await cli.run(`restore ${file}`, { env })).code).toBe(0)
  })

  it('says what to do instead where it is the wrong command', async () => {
    const env = { DATABASE_URL: 'postgres://nobody@127.0.0.1:1/nowhere' }
    expect(await cli.run(`backup ${file}`, { env })).toEqual(
      refused('PostgreSQL is backed up by: pg_dump --format=custom --file=FILE DATABASE_URL'),
    )
    expect(await cli.run(`restore ${file}`, { env })).toEqual(
      refused('Load the dump by pg_restore, then run: understudy restore --after'),
    )
    const either = refused('restore takes a FILE, or --after (--help says how)', 2)
    expect(await cli.run('restore')).toEqual(either)
    expect(await cli.run(`restore ${file} --after`)).toEqual(either)
    expect(await cli.run('restore --after --anchor /nowhere')).toMatchObject({ code: 1 })
    expect(await names()).toEqual(['secret.key', 'understudy.sqlite'])
  })
})
