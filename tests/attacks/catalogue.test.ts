import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { catalogue } from './catalogue.ts'
import waits from './waits.json' with { type: 'json' }

const TESTS = join(import.meta.dirname, '..')

/** Ids at the beginning of a title, in every test source below tests/, with repetitions. */
function idsInTitles(): string[] {
  const sources = globSync('**/*.test.ts', { cwd: TESTS, exclude: ['**/node_modules/**'] })
  return sources.flatMap((source) => {
    const text = readFileSync(join(TESTS, source), 'utf8')
    return [...text.matchAll(/['"`]([A-R]\d\d) /g)].map(([, id = '']) => id)
  })
}

describe('the catalogue of attacks', () => {
  const tested = idsInTitles()
  const waiting = Object.keys(waits)

  it('has each row in exactly one test title, or among those that wait', () => {
    const once = [...new Set([...tested, ...waiting])].toSorted()
    expect([...tested, ...waiting].toSorted()).toEqual(once)
    expect(once).toEqual(Object.keys(catalogue).toSorted())
  })

  it('says of each row that waits what it waits for', () => {
    for (const [id, reason] of Object.entries(waits))
      expect(`${id} ${reason}`).toMatch(/^\w+ waits for \w.{5,}$/)
  })
})
