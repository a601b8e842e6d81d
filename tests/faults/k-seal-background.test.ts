import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { startBackground } from '../../server/src/standalone/background.ts'
import type { Beside } from '../support/beside.ts'
import { besides } from '../support/beside.ts'
import type { Booted } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { sealing } from '../support/seal-booted.ts'
import { databases } from '../support/stores.ts'

const SOON = { timeout: 30_000 }

describe.each(databases)('the work that one node does for all, on %s', (database) => {
  let folder: string
  let booted: Booted
  let beside: Beside

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-anchor-'))
    const anchor = join(folder, 'not', 'there', 'anchor.txt')
    booted = await boot({ database, env: { AUDIT_ANCHOR_FILE: anchor } })
    beside = await besides(booted)
  })
  afterEach(async () => {
    await beside.close()
    await booted.close()
    await rm(folder, { recursive: true })
  })

  const holderOf = async (name: string): Promise<unknown> =>
    (await beside.sql(`select holder from lease where name = '${name}'`))[0]?.['holder']
  const lineCount = async (): Promise<number> =>
    (await readFile(booted.parts.server.auditAnchorFile ?? '', 'utf8')).trimEnd().split('\n').length

  it('seals, signs, exports and verifies, and leaves nothing unsigned when it stops', async () => {
    const { storage, impersonation } = booted.parts
    const background = startBackground(booted.parts)
    await expect
      .poll(() => storage.auditSeal.lastVerification(), SOON)
      .toMatchObject({ problem: null })
    expect((await storage.auditSeal.head()).seq).toBeGreaterThan(100)
    expect(await lineCount()).toBe(2)
    await impersonation.record({ action: 'user.viewed', outcome: 'success' }, null)
    await background.stop()
    expect(await lineCount()).toBe(3)
    const { verify } = await sealing(booted)
    const { seq, signedThrough, waiting, problem } = await verify()
    expect({ signedThrough, waiting, problem }).toEqual({
      signedThrough: seq,
      waiting: 0,
      problem: null,
    })
    expect(await beside.sql('select * from lease')).toEqual([])
    expect(booted.log()).not.toContain('"alarm":true')
  })

  it('is taken over when the node that did it stops', async () => {
    const one = startBackground(booted.parts)
    const names = ['sweep', 'audit-seal']
    const holders = (): Promise<unknown[]> => Promise.all(names.map(holderOf))
    const [someId, otherId] = [expect.any(String), expect.any(String)] as unknown[]
    await expect.poll(holders, SOON).toEqual([someId, otherId])
    const [first] = await holders()
    expect(await holders()).toEqual([first, first])
    const other = startBackground(booted.parts)
    await one.stop()
    await expect.poll(holders, SOON).toEqual([someId, otherId])
    const [second] = await holders()
    expect(second).not.toEqual(first)
    expect(await holders()).toEqual([second, second])
    await other.stop()
    expect(await beside.sql('select * from lease')).toEqual([])
    expect(booted.log()).not.toContain('"alarm":true')
  })
})
