import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { databases } from '../support/stores.ts'
import { openSealed } from '../support/sealed.ts'

const ROOT = join(import.meta.dirname, '../..')
const PROCESSES = 8
const EVENTS = 10_000

/**
 * Records its share, five units of five at a time, and meanwhile tries to be the one who seals. It lets go of the
 * lease after each time, so that the chain passes from process to process.
 */
const APPENDER = `
  import { randomUUID } from 'node:crypto'
  import { setTimeout as delay } from 'node:timers/promises'
  import { createSealer, newId, openStorage } from 'understudy'
  import { loadAuditKeys } from './server/src/standalone/audit/audit-keys.ts'
  import { auditPorts } from './server/src/standalone/audit/audit-ports.ts'
  import { openSecretBox } from './server/src/standalone/keys/secret-box.ts'
  const { where, secretKey, count } = JSON.parse(process.argv[1])
  const storage = openStorage(where)
  const box = openSecretBox({ secretKey, dataDir: '/' })
  const ring = await loadAuditKeys({ storage, box, clock: Date.now })
  const log = { error: ({ err }, what) => { throw new Error(what, { cause: err }) } }
  const server = { issuer: 'http://localhost:4000' }
  const sealer = createSealer(auditPorts({ storage, server, log, clock: Date.now }, ring, randomUUID()))
  let isDone = false, sealings = 0
  const sealing = (async () => {
    while (!isDone) {
      if (await sealer.seal()) sealings++
      await sealer.release()
      await delay(20)
    }
  })()
  const append = async (n) => {
    const at = Date.now()
    await storage.audit.record({
      id: newId('aud', at), at, action: 'login.succeeded', outcome: 'success', code: null, actor: 'usr_' + n,
      service: null, subject: null, organization: null, app: null, impersonation: null,
      requestId: null, ip: null, userAgent: null, details: {}, seq: null,
    })
  }
  const unit = (n) => storage.unitOfWork.run(async () => { for (let k = 0; k < 5; k++) await append(n) })
  for (let n = 0; n < count; n += 25) {
    await Promise.all(Array.from({ length: 5 }, () => unit(n)))
    // On SQLite one process would else be done before the next has got the lock.
    await delay(10)
  }
  isDone = true
  await sealing
  await storage.close()
  process.stdout.write(String(sealings))
`

async function runAppender(input: object): Promise<{ code: unknown; out: string; err: string }> {
  const args = ['--input-type=module', '-e', APPENDER, JSON.stringify(input)]
  const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] })
  const [out, err, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'exit') as Promise<[number | null]>,
  ])
  return { code, out, err }
}

it.each(databases)(
  'K10 eight processes append 10 000 events and seal by turns: no gap and no fork on %s',
  { timeout: 300_000 },
  async (database) => {
    const stores = await openSealed(database)
    const { where, secretKey } = stores
    const input = { where, secretKey, count: EVENTS / PROCESSES }
    const ran = await Promise.all(Array.from({ length: PROCESSES }, () => runAppender(input)))
    expect(ran.map(({ code, err }) => ({ code, err }))).toEqual(
      Array.from({ length: PROCESSES }, () => ({ code: 0, err: '' })),
    )
    // Sealed by several of them, or nothing was proven.
    expect(ran.filter(({ out }) => Number(out) > 0).length).toBeGreaterThan(1)

    stores.clock.now = Date.now()
    expect(await stores.newSealer().seal(true)).toBe(true)
    expect(await stores.verify()).toEqual({
      prunedThrough: 0,
      seq: EVENTS,
      signedThrough: EVENTS,
      waiting: 0,
      stepsBack: 0,
      problem: null,
    })
    const [counted] = await stores.sql(
      'select count(*) as n, count(distinct event) as events, max(seq) as last from audit_seal',
    )
    const numbers = Object.values(counted as Record<string, unknown>).map(Number)
    expect(numbers).toEqual([EVENTS, EVENTS, EVENTS])
    await stores.close()
  },
)
