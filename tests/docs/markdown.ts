import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root: string = join(import.meta.dirname, '../..')

/** The text of a document, by its path from the repository's root. */
export const readDocument = (path: string): string => readFileSync(join(root, path), 'utf8')

export interface CodeBlock {
  readonly language: string
  readonly text: string
  /** The heading it stands under. */
  readonly heading: string
}

/** The fenced code blocks of a document, in order. */
export function codeBlocks(markdown: string): CodeBlock[] {
  const blocks: CodeBlock[] = []
  let heading = ''
  for (const match of markdown.matchAll(/^#+ (.+)$|^```(\w*)\n([^]*?)^```$/gm)) {
    const [, title, language = '', text = ''] = match
    if (title === undefined) blocks.push({ language, text, heading })
    else heading = title
  }
  return blocks
}

/** The cells of the tables under a heading, row by row, without their header rows. */
export function tableRows(markdown: string, heading: string): string[][] {
  const lines = markdown.split('\n')
  const begin = lines.findIndex((line) => /^#+ /.test(line) && line.replace(/^#+ /, '') === heading)
  if (begin === -1) throw new Error(`no heading "${heading}"`)
  const rows: string[][] = []
  for (const line of lines.slice(begin + 1)) {
    if (/^#+ /.test(line)) break
    if (/^\| *-/.test(line)) rows.pop()
    else if (line.startsWith('|')) rows.push(cellsOf(line))
  }
  return rows
}

/** A pipe inside a cell is written `\|`. */
const cellsOf = (line: string): string[] =>
  line
    .split(/(?<!\\)\|/)
    .slice(1, -1)
    .map((cell) => cell.trim().replaceAll(String.raw`\|`, '|'))

/** What stands between backticks, code blocks aside. */
export const codeSpans = (markdown: string): string[] =>
  [...markdown.replaceAll(/^```[^]*?^```$/gm, '').matchAll(/`([^`]+)`/g)].map(
    ([, code = '']) => code,
  )
