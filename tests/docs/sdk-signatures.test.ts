import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { readDocument, root } from './markdown.ts'
import { signatures } from './sdk-signatures.ts'

const PATH = 'docs/reference/sdk.md'

/** `UPDATE_REFERENCE=1 npx vitest run tests/docs/sdk-signatures.test.ts` writes them anew. */
it('the signatures are those that the entries export, with what is said about each', async () => {
  const document = readDocument(PATH)
  const [whole = '', begin = '', , end = ''] =
    /(<!-- signatures: begin .*-->\n)([^]*)(<!-- signatures: end -->)/.exec(document) ?? []
  expect(whole).not.toBe('')
  const wanted = `${begin}\n${await signatures()}\n\n${end}`
  const isUpdate = process.env['UPDATE_REFERENCE'] === '1'
  if (isUpdate)
    writeFileSync(
      join(root, PATH),
      document.replace(whole, () => wanted),
    )
  expect(isUpdate ? wanted : whole).toBe(wanted)
}, 120_000)
