// Loaded with --import: kills this process before the n-th call to its database, KILL_AT says which.
import Sqlite from 'better-sqlite3'
import pg from 'pg'

type Patched = Record<string, (this: unknown, ...input: unknown[]) => unknown>

let left = Number(process.env['KILL_AT'])

const patch = (prototype: Patched, names: readonly string[]): void => {
  for (const name of names) {
    const original = prototype[name]
    prototype[name] = function call(this: unknown, ...input) {
      left -= 1
      if (left === 0) process.kill(process.pid, 'SIGKILL')
      return original?.apply(this, input)
    }
  }
}

const memory = new Sqlite(':memory:')
patch(Object.getPrototypeOf(memory.prepare('select 1')) as Patched, ['run', 'all'])
memory.close()
patch(pg.Client.prototype as unknown as Patched, ['query'])
