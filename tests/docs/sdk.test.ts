import { describe, expect, it } from 'vitest'
import type { ImpersonationErrorCode } from '../../sdk/src/impersonation-error.ts'
import { ImpersonationError } from '../../sdk/src/impersonation-error.ts'
import { codeSpans, readDocument, tableRows } from './markdown.ts'

const document = readDocument('docs/reference/sdk.md')

const namesUnder = (heading: string): (string | undefined)[] =>
  tableRows(document, heading).map(([name = '']) => codeSpans(name)[0])

describe('the error codes', () => {
  const rows = tableRows(document, 'Error codes')

  it('are those of the union with their hints, in its order, and no other', () => {
    const source = readDocument('sdk/src/impersonation-error.ts')
    const [, hints = ''] = /^const hints = \{([^]*?)^\}/m.exec(source) ?? []
    const codes = [...hints.matchAll(/^ {2}(\w+):/gm)].map(([, code]) => code)
    expect(codes.length).toBeGreaterThan(0)
    const listed = rows.map(([code = '', hint]) => [codeSpans(code)[0], hint])
    expect(listed).toEqual(
      codes.map((code) => [code, new ImpersonationError(code as ImpersonationErrorCode).hint]),
    )
  })

  it('say when they come, and whether the same call may succeed later', () => {
    const silent = rows.filter(
      ([, , when = '', retryable = '']) => !when.endsWith('.') || !retryable,
    )
    expect(silent).toEqual([])
  })
})

it.each([
  ['Options', 'sdk/src/options.ts'],
  ['Banner', 'sdk/src/banner/options.ts'],
])('%s are those of %s, and no other', (heading, path) => {
  const members = [...readDocument(path).matchAll(/^ {2}readonly (\w+)/gm)].map(([, name]) => name)
  expect(namesUnder(heading)).toEqual(members)
})

it('the members are those of the interface, and no other', () => {
  const source = readDocument('sdk/src/impersonation.ts')
  const [, body = ''] = /^export interface Impersonation \{([^]*?)^\}/m.exec(source) ?? []
  const members = [...body.matchAll(/^ {2}(?:readonly )?(\w+)[(:]/gm)].map(([, name]) => name)
  expect(namesUnder('Members').map((name) => name?.split('(')[0])).toEqual(members)
})

it('the sizes are the ceilings that are tested', () => {
  const source = readDocument('tests/sdk/size.test.ts')
  const ceilings = [...source.matchAll(/^ {2}\['(.+)', \[.*\], ([\d.]+), ([\d.]+)\],$/gm)]
  const listed = tableRows(document, 'Sizes').map(([entry = '', ...sizes]) => [
    entry.replaceAll('`', ''),
    ...sizes,
  ])
  expect(listed).toEqual(ceilings.map(([, ...cells]) => cells))
})
