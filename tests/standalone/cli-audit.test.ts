import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import type { CommandLine } from '../support/command-line.ts'
import { commandLine } from '../support/command-line.ts'
import { sqlBeside } from '../support/attack.ts'
import { sealing } from '../support/seal-booted.ts'

describe('the command line for the audit trail', { timeout: 120_000 }, () => {
  let booted: Booted
  let cli: CommandLine
  let last: number

  beforeAll(async () => {
    booted = await boot()
    const { dataDir, port } = booted.parts.server
    cli = await commandLine({ DATA_DIR: dataDir, DEMO: 'false', PORT: String(port) })
    await (await sealing(booted)).seal()
    last = (await booted.parts.storage.auditSeal.head()).seq
  })
  afterAll(async () => {
    await cli.close()
    await booted.close()
  })

  const files = (): { anchor: string; key: string } => {
    const { dataDir } = booted.parts.server
    return { anchor: join(dataDir, 'anchor.txt'), key: join(dataDir, 'key.jwk') }
  }

  it('prints the public key, and nothing else of it', async () => {
    const { code, out, err } = await cli.run('audit key')
    expect({ code, err }).toEqual({ code: 0, err: '' })
    expect(JSON.parse(out)).toEqual({
      kty: 'EC',
      crv: 'P-256',
      x: expect.any(String),
      y: expect.any(String),
      kid: expect.any(String),
      alg: 'ES256',
      use: 'sig',
    })
    await writeFile(files().key, out)
  })

  it('verifies, also against what was kept elsewhere', async () => {
    const { jws = '' } = (await booted.parts.storage.auditStatements.lastCheckpoint()) ?? {}
    await writeFile(files().anchor, `${jws}\n`)
    const fine = { code: 0, out: `✓ seq 1 to ${last} verified\n`, err: '' }
    expect(await cli.run('audit verify')).toEqual(fine)
    const { anchor, key } = files()
    expect(await cli.run(`audit verify --anchor ${anchor} --key ${key}`)).toEqual(fine)
  })

  it('says which file it cannot read, and which date it cannot mean', async () => {
    for (const [words, code, message] of [
      ['audit verify --anchor /nowhere', 1, '/nowhere'],
      ['audit verify --key /nowhere', 1, '/nowhere'],
      [`audit verify --key ${files().anchor}`, 1, 'holds no public key (JWK)'],
      ['audit prune --before yesterday', 2, '--before: must be a date'],
      ['audit prune --before 2999-01-01', 1, 'That date is in the future.'],
      ['user erase usr_nobody', 1, 'There is no account usr_nobody.'],
    ] as const) {
      const ran = await cli.run(words)
      expect(ran).toEqual({ code, out: '', err: expect.stringMatching(/^understudy: .*\n$/) })
      expect(ran.err).toContain(message)
    }
  })

  it('erases and prunes, and the trail still verifies', async () => {
    expect(await cli.run('user erase usr_omar')).toEqual({
      code: 0,
      out: 'usr_omar is erased.\n',
      err: '',
    })
    const pruned = await cli.run('audit prune --before 2020-01-01')
    expect(pruned).toEqual({ code: 0, out: 'Nothing is old enough.\n', err: '' })
    const { code, out } = await cli.run('audit verify')
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(
        new RegExp(`^✓ seq 1 to ${last} verified\n  \\d not sealed yet\n$`),
      ),
    })
  })

  it('names the first event that was altered, writes that down, and exits with 1', async () => {
    await sqlBeside(booted, 'drop trigger audit_event_no_update')
    const where = 'id = (select event from audit_seal where seq = 7)'
    await sqlBeside(booted, `update audit_event set actor = 'usr_other' where ${where}`)
    expect(await cli.run('audit verify')).toEqual({
      code: 1,
      out: '✗ seq 7: an event, or its hash, is not what was sealed (altered)\n',
      err: expect.stringContaining('the audit trail does not verify at seq 7'),
    })
    const { items } = await booted.parts.storage.audit.list(
      { action: 'audit.verify_failed' },
      { cursor: null, limit: 9 },
    )
    expect(items.map(({ outcome, details }) => ({ outcome, details }))).toEqual([
      { outcome: 'failure', details: { problem: 'altered', seq: 7 } },
    ])
    const today = new Date().toISOString().slice(0, 10)
    const { code, err } = await cli.run(`audit prune --before ${today}`)
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringContaining('The audit trail does not verify at seq 7'),
    })
  })
})
