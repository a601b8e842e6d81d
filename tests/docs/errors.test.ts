import { denials } from 'understudy'
import { expect, it } from 'vitest'
import { codeSpans, readDocument, tableRows } from './markdown.ts'

const document = readDocument('docs/reference/errors.md')

it('lists every code of the catalogue with its status, error and text, and no other', () => {
  const listed = tableRows(document, 'Codes').map(([status, error = '', code = '', text]) => [
    codeSpans(code)[0],
    [Number(status), codeSpans(error)[0], text],
  ])
  expect(listed).toEqual(Object.entries(denials))
})

it('says of every code when it comes and what to do', () => {
  const silent = tableRows(document, 'Codes').filter(
    ([, , , , when = '', , remedy = '']) => !when.endsWith('.') || !remedy.endsWith('.'),
  )
  expect(silent).toEqual([])
})

it('names no code that does not exist', () => {
  const onlyOfResourceServers = 'IMPERSONATION_READ_ONLY'
  const named = codeSpans(document).filter((code) => /^[A-Z0-9]+(?:_[A-Z0-9]+)+$/.test(code))
  expect([...Object.keys(denials), onlyOfResourceServers]).toEqual(expect.arrayContaining(named))
})
