import { afterAll, beforeAll, expect, it } from 'vitest'
import type { CommandLine } from '../support/command-line.ts'
import { commandLine } from '../support/command-line.ts'
import { readDocument } from './markdown.ts'

let cli: CommandLine
beforeAll(async () => {
  cli = await commandLine()
})
afterAll(() => cli.close())

/** What a help text lists under a heading: commands, or options without their values. */
async function listed(heading: 'COMMANDS' | 'OPTIONS', command: string): Promise<string[]> {
  const { out } = await cli.run(`${command} --help`.trim())
  const part = out.split(`${heading}\n`)[1]?.split(/\nUse /)[0] ?? ''
  return [...part.matchAll(/^ *(--[\w-]+|\w+)/gm)].map(([, word = '']) => word)
}

async function everyCommand(): Promise<string[]> {
  const words = await listed('COMMANDS', '')
  const below = await Promise.all(
    words.map(async (word) => {
      const more = await listed('COMMANDS', word)
      return more.length === 0 ? [word] : more.map((one) => `${word} ${one}`)
    }),
  )
  return below.flat()
}

it(
  'docs/reference/command-line.md has every command and option, and no other',
  { timeout: 300_000 },
  async () => {
    const page = readDocument('docs/reference/command-line.md')
    const [table = ''] = /## Commands\n[\s\S]*?\n###/.exec(page) ?? []
    const rows = [...table.matchAll(/^\| `([a-z ]+?)(?: <.*?)?` +\| (.*)\|$/gm)]
    const commands = await everyCommand()
    expect(new Set(rows.map(([, name]) => name))).toEqual(new Set(commands))

    for (const [, name = '', effect = ''] of rows) {
      const section = page.split(`\n### ${name}\n`)[1]?.split(/\n##/)[0] ?? effect
      const written = [...section.matchAll(/`(--[\w-]+)/g)].map(([, option]) => option)
      const options = new Set(await listed('OPTIONS', name))
      expect({ name, options: new Set(written) }).toEqual({ name, options })
    }
  },
)
