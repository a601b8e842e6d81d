import { existsSync, globSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { expect, it } from 'vitest'
import { readDocument, root } from './markdown.ts'

const documents = ['README.md', 'AGENTS.md', ...globSync('docs/**/*.md', { cwd: root })]

/** Anchors as forges make them of headings. */
const anchorsOf = (path: string): string[] =>
  [...readDocument(path).matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  )

const linksIn = (path: string): string[] =>
  [...readDocument(path).matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, target = '']) => target)
    .filter((target) => !/^https?:/.test(target))

it.each(documents)('every link of %s leads somewhere', (path) => {
  const broken = linksIn(path).filter((link) => {
    const [file = '', anchor] = link.split('#')
    const target = file === '' ? path : normalize(join(dirname(path), file))
    if (!existsSync(join(root, target))) return true
    return anchor !== undefined && !anchorsOf(target).includes(anchor)
  })
  expect(broken).toEqual([])
})

it('the index leads to every document', () => {
  const listed = linksIn('docs/README.md').map((link) => `docs/${link}`)
  const all = globSync('docs/**/*.md', { cwd: root }).filter((path) => path !== 'docs/README.md')
  expect(listed.toSorted()).toEqual(all.toSorted())
})
