import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { beforeAll, describe, expect, it } from 'vitest'
import { builtPanel } from './ui-build.ts'

// Whichever file comes first builds the pages.

const KB = 1024

let folder: string
let page: string
let chunks: ReadonlyMap<string, string>

beforeAll(async () => {
  folder = await builtPanel()
  page = await readFile(join(folder, 'index.html'), 'utf8')
  const names = (await readdir(join(folder, 'assets'))).filter((name) => name.endsWith('.js'))
  const read = async (name: string): Promise<[string, string]> => [
    name,
    await readFile(join(folder, 'assets', name), 'utf8'),
  ]
  chunks = new Map(await Promise.all(names.map(read)))
})

const gzipped = (name: string): number => gzipSync(chunks.get(name) ?? '').length

/** A chunk with everything that it needs before it can run. */
function withImports(name: string, seen: Set<string> = new Set<string>()): Set<string> {
  if (seen.has(name)) return seen
  seen.add(name)
  const text = chunks.get(name) ?? ''
  for (const [, imported = ''] of text.matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)) {
    withImports(imported, seen)
  }
  return seen
}

const first = (): Set<string> => {
  const [, entry = ''] = /<script[^>]* src="\/assets\/([^"]+)"/.exec(page) ?? []
  return withImports(entry)
}

const sum = (names: Iterable<string>): number =>
  [...names].reduce((total, name) => total + gzipped(name), 0)

describe('The built panel', () => {
  it('starts with at most 250 KB of compressed script', () => {
    expect(first().size).toBeGreaterThan(0)
    expect(sum(first())).toBeLessThanOrEqual(250 * KB)
  })

  it('loads at most 40 KB of compressed script more for a page', () => {
    const begun = first()
    const routes = [...chunks.keys()].filter((name) => /^\w+-page-/.test(name))
    expect(routes.length).toBe(7)
    const heavy = routes.filter((route) => {
      const more = [...withImports(route)].filter((name) => !begun.has(name))
      return sum(more) > 40 * KB
    })
    expect(heavy).toEqual([])
  })

  it('holds no script or style in its page, and leaves the place of the nonce open', () => {
    expect(page).not.toMatch(/<script[^>]*>[^<]/)
    expect(page).not.toMatch(/<style|style="|\son\w+="/)
    expect(page).toContain('nonce="__NONCE__"')
  })
})
