import { appendFile, readFile, writeFile } from 'node:fs/promises'
import { hash } from 'node:crypto'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { AuditEvent } from 'understudy'
import { linkHash } from '../../server/src/storage/audit-seal-hash.ts'
import { databases } from '../support/stores.ts'
import type { SealedStores } from '../support/sealed.ts'
import { openSealed } from '../support/sealed.ts'

type Row = Record<string, never> & { readonly id: string; readonly hash: string }

describe.each(databases)('K09 somebody with a shell on %s', (database) => {
  let stores: SealedStores

  beforeEach(async () => {
    stores = await openSealed(database)
    for (let batch = 0; batch < 3; batch++) await stores.add(10)
  })
  afterEach(() => stores.close())

  const sql = (text: string): Promise<unknown[]> => stores.sql(text)
  const idAt = (seq: number): string => `(select event from audit_seal where seq = ${seq})`
  const failures = async (): Promise<AuditEvent[]> =>
    (await stores.storage.audit.list({ action: 'audit.verify_failed' }, { cursor: null, limit: 9 }))
      .items as AuditEvent[]

  /** What somebody can do who knows the rule of the chain, and has no key. */
  async function rechain(from: number): Promise<void> {
    const rows = (await sql(
      `select audit_event.*, seq, hash from audit_seal join audit_event on id = event
       where seq >= ${from - 1} order by seq`,
    )) as Row[]
    let previous = from === 1 ? 'A'.repeat(43) : (rows[0]?.hash ?? '')
    for (const [n, row] of rows.slice(from === 1 ? 0 : 1).entries()) {
      const seq = from + n
      previous = linkHash(previous, seq, { ...row, at: Number(row['at']) } as never)
      await sql(`update audit_seal set hash = '${previous}' where seq = ${seq}`)
    }
  }
  async function cutFrom(seq: number): Promise<void> {
    const events = `(select event from audit_seal where seq >= ${seq})`
    await sql(`delete from audit_event where id in ${events}`)
    await sql(`delete from audit_seal where seq >= ${seq}`)
  }
  const dropCheckpointsFrom = (seq: number): Promise<unknown> =>
    sql(`delete from audit_checkpoint where seq >= ${seq}`)

  it('finds nothing wrong where nothing is, and remembers that', async () => {
    const fine = {
      prunedThrough: 0,
      seq: 30,
      signedThrough: 30,
      waiting: 0,
      stepsBack: 0,
      problem: null,
    }
    expect(await stores.verify()).toEqual(fine)
    expect(await stores.verifyWithAnchor()).toEqual(fine)
    const { now: at } = stores.clock
    expect(await stores.storage.auditSeal.lastVerification()).toEqual({
      seq: 30,
      at,
      problem: null,
    })
    expect([await failures(), stores.alarms]).toEqual([[], []])
  })

  it.each<[string, string, number, (seq: number) => Promise<unknown>]>([
    [
      'alters an event',
      'altered',
      7,
      (seq) => sql(`update audit_event set actor = 'usr_other' where id = ${idAt(seq)}`),
    ],
    [
      'alters details of an event',
      'altered',
      1,
      (seq) => sql(`update audit_event set details = '{}' where id = ${idAt(seq)}`),
    ],
    [
      'alters a hash',
      'altered',
      8,
      (seq) => sql(`update audit_seal set hash = 'x' where seq = ${seq}`),
    ],
    [
      'deletes an event in the middle',
      'event_missing',
      15,
      (seq) => sql(`delete from audit_event where id = ${idAt(seq)}`),
    ],
    [
      'deletes an event with its link',
      'missing',
      15,
      async (seq) => {
        await sql(`delete from audit_event where id = ${idAt(seq)}`)
        await sql(`delete from audit_seal where seq = ${seq}`)
      },
    ],
    ['cuts the newest three', 'truncated', 28, (seq) => cutFrom(seq)],
    ['cuts everything', 'truncated', 1, async (seq) => cutFrom(seq)],
    [
      'swaps two events',
      'altered',
      11,
      async (seq) => {
        const [one, other] = (await sql(
          `select event from audit_seal where seq in (${seq}, ${seq + 1}) order by seq`,
        )) as { event: string }[]
        await sql(`update audit_seal set event = '-' where seq = ${seq}`)
        await sql(`update audit_seal set event = '${one?.event ?? ''}' where seq = ${seq + 1}`)
        await sql(`update audit_seal set event = '${other?.event ?? ''}' where seq = ${seq}`)
      },
    ],
    [
      // All hashes fit: known is only how far the last checkpoint before still backs them.
      'alters an event and computes the chain anew',
      'rewritten',
      11,
      async () => {
        await sql(`update audit_event set actor = 'usr_other' where id = ${idAt(14)}`)
        await rechain(14)
      },
    ],
    [
      'does that and puts the new hash into the checkpoint',
      'forged_checkpoint',
      30,
      async () => {
        await sql(`update audit_event set actor = 'usr_other' where id = ${idAt(25)}`)
        await rechain(25)
        const [row] = (await sql('select hash from audit_seal where seq = 30')) as Row[]
        await forgeCheckpoint(30, { hash: row?.hash ?? '' })
      },
    ],
    [
      'forges a checkpoint in the middle',
      'forged_checkpoint',
      20,
      (seq) => forgeCheckpoint(seq, { at: '2020' }),
    ],
    [
      'deletes a checkpoint in the middle',
      'missing_checkpoint',
      10,
      () => sql('delete from audit_checkpoint where seq = 20'),
    ],
    [
      'slips in a tombstone',
      'forged_tombstone',
      20,
      async (seq) => {
        const [row] = (await sql(`select jws from audit_checkpoint where seq = ${seq}`)) as {
          jws: string
        }[]
        await sql(`insert into audit_tombstone (through, jws) values (${seq}, '${row?.jws ?? ''}')`)
      },
    ],
  ])('%s: %s at seq %i', async (_, kind, seq, manipulate) => {
    await stores.disarm()
    await manipulate(seq)
    const problem = { kind, seq }
    expect((await stores.verify()).problem).toEqual(problem)
    expect(stores.alarms).toEqual([`the audit trail does not verify at seq ${seq}`])
    expect((await failures()).map(({ outcome, details }) => ({ outcome, details }))).toEqual([
      { outcome: 'failure', details: { problem: kind, seq } },
    ])
    expect(await stores.storage.auditSeal.lastVerification()).toMatchObject({ problem })
  })

  async function forgeCheckpoint(seq: number, change: object): Promise<void> {
    const [row] = (await sql(`select jws from audit_checkpoint where seq = ${seq}`)) as {
      jws: string
    }[]
    const [header, payload = '', signature] = (row?.jws ?? '').split('.')
    const said = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object
    const forged = Buffer.from(JSON.stringify({ ...said, ...change })).toString('base64url')
    await sql(
      `update audit_checkpoint set jws = '${[header, forged, signature].join('.')}' where seq = ${seq}`,
    )
  }

  it('deletes an event before it was sealed, or adds one past the sealer', async () => {
    const { storage } = stores
    await stores.disarm()
    const [row] = (await sql(`select * from audit_event where id = ${idAt(30)}`)) as Row[]
    const insert = `insert into audit_event (id, at, action, outcome, details)
      values ('aud_forged', ${String(row?.['at'])}, 'login.succeeded', 'success', '{}')`
    await sql(insert)
    expect((await stores.verify()).problem).toEqual({ kind: 'unchained', seq: 31 })
    await sql("insert into audit_unsealed (event) values ('aud_forged')")
    await sql("delete from audit_event where id = 'aud_forged'")
    expect((await stores.verify()).problem).toEqual({ kind: 'unsealed_missing', seq: 31 })
    expect((await storage.auditSeal.head()).seq).toBe(30)
  })

  it('cuts the newest with their checkpoints: only what was exported knows', async () => {
    await stores.disarm()
    await cutFrom(21)
    await dropCheckpointsFrom(21)
    expect((await stores.verify()).problem).toBe(null)
    expect((await stores.verifyWithAnchor()).problem).toEqual({ kind: 'truncated', seq: 21 })
  })

  it('computes the chain anew and lets the sealer sign it: only what was exported knows', async () => {
    await stores.disarm()
    await sql(`update audit_event set actor = 'usr_other' where id = ${idAt(14)}`)
    await dropCheckpointsFrom(14)
    await rechain(14)
    const restarted = stores.newSealer()
    expect(await restarted.seal(true)).toBe(true)
    expect((await stores.verify()).problem).toBe(null)
    expect((await stores.verifyWithAnchor()).problem).toEqual({ kind: 'rewritten', seq: 11 })
  })

  it.each([
    ['cut', 'truncated', 28, () => cutFrom(28)],
    ['robbed of its checkpoints', 'missing_checkpoint', 30, () => Promise.resolve()],
    ['rewritten', 'rewritten', 30, () => rechainFromAltered()],
  ] as const)(
    'a running sealer does not build on a chain that was %s',
    async (_, kind, seq, change) => {
      const sealer = stores.newSealer()
      await sealer.seal()
      await stores.disarm()
      await dropCheckpointsFrom(21)
      await change()
      expect(await sealer.seal(true)).toBe(false)
      expect(stores.alarms).toEqual([`the audit trail does not verify at seq ${seq}`])
      expect((await failures()).map(({ details }) => details)).toEqual([{ problem: kind, seq }])
      // Nor does another, as long as this one lives.
      for (let n = 0; n < 3; n++) {
        stores.clock.now += 20_000
        expect(await sealer.seal(true)).toBe(false)
        expect(await stores.newSealer().seal(true)).toBe(false)
      }
      expect(await sql('select max(seq) as seq from audit_checkpoint')).toEqual([
        { seq: database === 'sqlite' ? 20 : '20' },
      ])
    },
  )
  async function rechainFromAltered(): Promise<void> {
    await sql(`update audit_event set actor = 'usr_other' where id = ${idAt(25)}`)
    await rechain(25)
  }

  it('brings a key of their own: a key kept elsewhere does not know it', async () => {
    const stranger = await openSealed(database)
    expect((await stores.verify(stranger.ring.reader)).problem).toEqual({
      kind: 'forged_checkpoint',
      seq: 30,
    })
    await stranger.close()
  })

  it('an exported file begins with the key, repeats nothing, and survives a cut-off line', async () => {
    await stores.exportAnchor()
    await appendFile(stores.anchorFile, 'eyJ.cut.o')
    await stores.add(1)
    const [key = '', ...lines] = (await readFile(stores.anchorFile, 'utf8')).trimEnd().split('\n')
    expect(JSON.parse(key)).toEqual(stores.ring.publicKeys[0])
    expect(key).not.toContain('"d"')
    const seqs = lines.map((line) => stores.ring.reader.peekCheckpoint(line)?.seq)
    expect(seqs).toEqual([10, 20, 30, undefined, 31])
    expect((await stores.verifyWithAnchor()).problem).toBe(null)
    await writeFile(
      stores.anchorFile,
      lines.map((line) => line.replace(/.{9}$/, 'AAAAAAAAA')).join('\n'),
    )
    expect((await stores.verifyWithAnchor()).problem).toMatchObject({ kind: 'forged_checkpoint' })
  })

  it('each checkpoint names the one before', async () => {
    const rows = (await sql('select seq, jws from audit_checkpoint order by seq')) as {
      seq: number
      jws: string
    }[]
    const said = await Promise.all(rows.map(({ jws }) => stores.ring.reader.readCheckpoint(jws)))
    const digests = [null, ...rows.map(({ jws }) => hash('sha256', jws, 'base64url'))]
    expect(said.map((one, n) => [one?.seq, one?.previous, n])).toEqual(
      [10, 20, 30].map((seq, n) => [seq, digests[n], n]),
    )
    expect(said[0]).toEqual({
      iss: 'http://localhost:4000',
      seq: 10,
      hash: expect.stringMatching(/^[\w-]{43}$/),
      at: expect.stringMatching(/^2030-01-01T.*Z$/),
      previous: null,
    })
  })
})
