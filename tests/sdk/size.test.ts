import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { format, resolveConfig } from 'prettier'
import { describe, expect, it } from 'vitest'
import { sizesOf } from '../support/sdk-sizes.ts'

const ROOT = join(import.meta.dirname, '../..')

/**
 * Entries together, after `esbuild --minify` and gzip, in kilobytes: what they may weigh today, and
 * what they are to weigh. A ceiling goes down with the code and not up, so that what is added has to
 * be paid for by what is taken away.
 */
const entries: readonly (readonly [
  name: string,
  files: readonly string[],
  ceiling: number,
  wanted: number,
])[] = [
  ['.', ['index.ts'], 2.0, 2.9],
  ['./banner', ['banner/index.ts'], 0.8, 2.9],
  ['. and ./banner', ['index.ts', 'banner/index.ts'], 2.6, 5.5],
  ['./react', ['react/index.ts'], 0.6, 0.6],
  ['./server', ['server/index.ts'], 5.15, 1.5],
  ['./early', ['early.ts'], 0.4, 0.4],
]

/** With what follows only when an impersonation arrives. */
const ceilingsInAll: Readonly<Record<string, number>> = {
  '.': 5.7,
  './banner': 4.2,
  '. and ./banner': 9.7,
}

/** What makes up `./server`. */
const partsOfServer: readonly (readonly [what: string, files: readonly string[]])[] = [
  ['Asking the issuer, with a service token', ['issuer', 'ask', 'ask-as', 'service-tokens']],
  ['Feed of ended impersonations', ['feed', 'event-stream']],
  ['Liveness', ['liveness']],
  ['Opaque tokens and JWTs', ['recognition', 'opaque', 'jwt', 'verified']],
  ['What was asked for already', ['answers', 'lru']],
  ['Guard and refusals', ['guard', 'refusal']],
  ['Reports', ['reports', 'report-queue']],
  ['Options', ['verifier', 'options']],
]

const kilobytes = (bytes: number): string => (bytes / 1000).toFixed(1)
const table = (rows: readonly (readonly string[])[]): string =>
  rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n')

async function tableOfEntries(): Promise<string> {
  const rows = entries.map(async ([name, files, , wanted]) => {
    const { atOnce, inAll } = await sizesOf(files)
    const names = name.replaceAll(/\.\S*/g, '`$&`')
    const isOver = Number(kilobytes(atOnce)) > wanted ? ' (over)' : ''
    return [names, wanted.toFixed(1), kilobytes(atOnce) + isOver, kilobytes(inAll)]
  })
  const head = ['Entry', 'Budget', 'With every page', 'In all, once an impersonation arrives']
  return table([head, head.map(() => '---'), ...(await Promise.all(rows))])
}

async function tableOfServer(): Promise<string> {
  const { parts } = await sizesOf(['server/index.ts'])
  const rows = partsOfServer.map(([what, files]) => {
    const bytes = files.map((file) => parts.get(`server/${file}.ts`) ?? Number.NaN)
    return [what, kilobytes(bytes.reduce((sum, one) => sum + one, 0))]
  })
  return table([['Part of `./server`', 'KB'], ['---', '---'], ...rows])
}

/** The text of a document with another one between its marks. */
async function withSizes(path: string, text: string): Promise<string> {
  const marks = /(<!-- sizes: begin[^>]*-->)[^]*(<!-- sizes: end -->)/
  const document = readFileSync(path, 'utf8')
  expect(document).toMatch(marks)
  const whole = document.replace(marks, `$1\n\n${text}\n\n$2`)
  return format(whole, { ...(await resolveConfig(path)), filepath: path })
}

describe('what has to be loaded', () => {
  it.each(entries)('of %s is within its ceilings', async (name, files, ceiling) => {
    const { atOnce, inAll } = await sizesOf(files)
    expect(atOnce / 1000).toBeLessThanOrEqual(ceiling)
    expect(inAll / 1000).toBeLessThanOrEqual(ceilingsInAll[name] ?? ceiling)
  })

  it.each(['README.md', 'sdk/README.md'])('is what %s says', async (name) => {
    const path = join(ROOT, name)
    const server = name === 'README.md' ? '' : `\n\n${await tableOfServer()}`
    const text = await withSizes(path, (await tableOfEntries()) + server)
    if (process.env['UPDATE_SIZES'] === '1') writeFileSync(path, text)
    expect(readFileSync(path, 'utf8')).toBe(text)
  })
})
