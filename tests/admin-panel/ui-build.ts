import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'

const run = promisify(execFile)
const VITE = join(dirname(fileURLToPath(import.meta.resolve('vite/package.json'))), 'bin/vite.js')
const ROOM = join(import.meta.dirname, '../../admin-panel')
const CACHE = join(ROOM, '../node_modules/.cache')

/** What the pages are made of; the lock file stands for the libraries. */
const PARTS = [
  'src',
  'tools',
  'public',
  'index.html',
  'vite.config.ts',
  'package.json',
  '../tsconfig.admin-panel.json',
  '../tsconfig.base.json',
  '../package-lock.json',
]

/** The folder of the pages as `npm run build` makes them, built once per state of their sources. */
export async function builtPanel(): Promise<string> {
  const target = join(CACHE, `admin-panel-${await hashOf(await filesOf(PARTS))}`)
  if (!existsSync(target)) await build(target)
  return target
}

async function filesOf(parts: readonly string[]): Promise<string[]> {
  const found = await Promise.all(
    parts.map(async (part) => {
      const at = join(ROOM, part)
      const inside = await readdir(at, { recursive: true, withFileTypes: true }).catch(() => null)
      if (inside === null) return [at]
      return inside
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    }),
  )
  return found.flat().toSorted()
}

async function hashOf(files: readonly string[]): Promise<string> {
  const contents = await Promise.all(files.map((file) => readFile(file)))
  const hash = createHash('sha256')
  for (const [index, content] of contents.entries()) {
    hash.update(`${files[index]} ${content.length}\n`).update(content)
  }
  return hash.digest('hex').slice(0, 16)
}

/** In a process of its own, where nothing of the test runner makes React a larger one. */
async function build(target: string): Promise<void> {
  await mkdir(CACHE, { recursive: true })
  const staging = await mkdtemp(join(CACHE, 'admin-panel-'))
  const args = ['build', ROOM, '--outDir', staging, '--emptyOutDir', '--logLevel', 'warn']
  try {
    await run(process.execPath, [VITE, ...args], { env: { PATH: process.env['PATH'] } })
    // Appears by its name only when it is complete; another worker may have been faster.
    await rename(staging, target).catch((error: unknown) => {
      if (!existsSync(target)) throw error
    })
  } finally {
    await rm(staging, { recursive: true, force: true })
  }
}
