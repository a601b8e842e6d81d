import { createServer } from 'node:net'

/**
 * Below the ports that systems give to clients, one of which may take a free one at any moment, and
 * above 10080, which no browser asks (Fetch, "bad port").
 */
const LOWEST = 10_100
/** Each worker has ports of its own: nobody opens what another has found free and not opened yet. */
const PER_WORKER = 2500
const WORKERS = 9
const own = LOWEST + (Number(process.env['VITEST_POOL_ID'] ?? 0) % WORKERS) * PER_WORKER
let next = Math.floor(Math.random() * PER_WORKER)

/** The first of so many free ports in a row. */
export async function freePorts(count: number): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt++) {
    if (next + count > PER_WORKER) next = 0
    const first = own + next
    next += count
    const row = Array.from({ length: count }, (_, offset) => isFree(first + offset))
    if ((await Promise.all(row)).every(Boolean)) return first
  }
  throw new Error(`no ${count} free ports in a row`)
}

export const freePort = (): Promise<number> => freePorts(1)

/** On every address of the machine, IPv4 and IPv6. */
function isFree(port: number): Promise<boolean> {
  const probe = createServer()
  return new Promise((resolve) => {
    probe.once('error', () => {
      resolve(false)
    })
    probe.listen(port, () => {
      probe.close(() => {
        resolve(true)
      })
    })
  })
}
