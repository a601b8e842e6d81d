import { escapeUnseen, printable } from '../../index.ts'

export const print = (text: string): void => {
  process.stdout.write(`${text}\n`)
}

/** Cells come from the database: none may move the cursor or pretend to be another line. */
const cell = (text: string | null): string => (text === null || text === '' ? '–' : printable(text))

/** Rows under a head, each column as wide as its widest cell. */
export function table(
  head: readonly string[],
  rows: readonly (readonly (string | null)[])[],
): string {
  return align([head, ...rows.map((row) => row.map(cell))])
}

/** One line for each name and value. */
export const fields = (pairs: readonly (readonly [string, string | null])[]): string =>
  align(pairs.map(([name, value]) => [name, cell(value)]))

function align(rows: readonly (readonly string[])[]): string {
  const widths: number[] = []
  for (const row of rows) {
    for (const [index, text] of row.entries()) {
      widths[index] = Math.max(widths[index] ?? 0, [...text].length)
    }
  }
  const pad = (text: string, index: number): string =>
    text + ' '.repeat((widths[index] ?? 0) - [...text].length)
  return rows.map((row) => row.map(pad).join('  ').trimEnd()).join('\n')
}

/** JSON on one line, with everything escaped that a terminal would obey. */
export const jsonLine = (value: unknown): string => escapeUnseen(JSON.stringify(value))

/** A JSON array with an item on each line. */
export const jsonList = (items: readonly unknown[]): string =>
  items.length === 0 ? '[]' : `[\n${items.map((item) => `  ${jsonLine(item)}`).join(',\n')}\n]`
