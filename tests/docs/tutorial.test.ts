import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { freePorts } from '../support/free-port.ts'
import { codeBlocks, readDocument, root } from './markdown.ts'
import type { RunningProcess } from './running-process.ts'
import { runScript } from './running-process.ts'

const TUTORIAL = 'docs/tutorial/first-impersonation.md'
const FIRST_PORT = 4000
/** Issuer, panel, portal, billing, resource server. */
const PORTS = 5

interface Step {
  readonly title: string
  readonly commands: string
  /** What the tutorial says they print; `…` stands for anything. */
  readonly output: string
}

const steps = stepsOf(readDocument(TUTORIAL))
const hasTools = ['bash', 'curl'].every((tool) => spawnSync(tool, ['--version']).status === 0)

describe.skipIf(!hasTools)('the tutorial, pasted into bash', () => {
  let folder: string
  let server: RunningProcess
  let port: number
  let printed: { readonly outputs: readonly string[]; readonly errors: string }

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-tutorial-'))
    port = await freePorts(PORTS)
    server = await startServer(port, folder)
    printed = await paste(
      steps.map(({ commands }) => movedTo(port, commands)),
      folder,
    )
  }, 180_000)
  afterAll(async () => {
    await server.stop()
    await rm(folder, { recursive: true })
  })

  it.each(steps.map((step, index) => ({ ...step, index })))(
    '$index: $title prints what stands below it',
    ({ index, output }) => {
      expect(withoutSpace(printed.outputs[index] ?? '')).toMatch(patternOf(movedTo(port, output)))
    },
  )

  it('complains about nothing', () => {
    expect(printed.errors).toBe('')
    expect(printed.outputs).toHaveLength(steps.length)
  })

  it('goes all the way, and to the end', () => {
    const outcomes = printed.outputs.join('').match(/"act":\{[^}]*\}|"code":"\w+"|^\d{3}$/gm)
    expect(outcomes).toEqual([
      '"act":{"sub":"usr_root"}',
      '"act":{"sub":"usr_root"}',
      '"act":{"sub":"usr_root"}',
      '"code":"IMPERSONATION_READ_ONLY"',
      '403',
      '204',
      '400',
      '"code":"IMPERSONATION_ENDED"',
      '401',
      '"code":"IMPERSONATION_ENDED"',
      '401',
    ])
  })
})

it('shows, for each block of commands in the tutorial, what it prints', () => {
  const blocks = codeBlocks(readDocument(TUTORIAL)).filter(({ language }) => language !== 'sh')
  const languages = blocks.map(({ language }) => language)
  expect(languages).toEqual(steps.flatMap(() => ['bash', 'text']))
  expect(steps.length).toBeGreaterThan(10)
})

function stepsOf(markdown: string): Step[] {
  const blocks = codeBlocks(markdown)
  return blocks.flatMap(({ language, text, heading }, index) => {
    if (language !== 'bash') return []
    return [{ title: heading, commands: text, output: blocks[index + 1]?.text ?? '' }]
  })
}

/** The tutorial speaks of the ports a reader has; a test must not need them. */
const movedTo = (port: number, text: string): string =>
  text.replaceAll(
    /localhost:400(\d)/g,
    (_, digit) => `localhost:${port + Number(`400${digit}`) - FIRST_PORT}`,
  )

/** One process for all blocks, as a reader has one terminal: later ones use variables of earlier ones. */
async function paste(
  blocks: readonly string[],
  folder: string,
): Promise<{ outputs: string[]; errors: string }> {
  const separator = '\u001E'
  const script = blocks.map((block) => `printf '${separator}'\n${block}`).join('')
  const bash = spawn('bash', ['--noprofile', '--norc'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder, TMPDIR: folder },
  })
  const texts = { output: '', errors: '' }
  bash.stdout.on('data', (chunk) => (texts.output += String(chunk)))
  bash.stderr.on('data', (chunk) => (texts.errors += String(chunk)))
  bash.stdin.end(script)
  await once(bash, 'close')
  return { outputs: texts.output.split(separator).slice(1), errors: texts.errors }
}

const withoutSpace = (text: string): string => text.replaceAll(/\s/g, '')

function patternOf(output: string): RegExp {
  const texts = withoutSpace(output).split('…')
  const literally = texts.map((text) => text.replaceAll(/[\\^$.*+?()[\]{}|]/g, String.raw`\$&`))
  return new RegExp(`^${literally.join('.+?')}$`)
}

/** `npm start` without npm: the real entry, with a database of its own. */
const startServer = (port: number, folder: string): Promise<RunningProcess> =>
  runScript(join(root, 'server/src/main.ts'), 'Stop with Ctrl+C', {
    cwd: folder,
    env: { PORT: String(port), DATA_DIR: join(folder, 'data'), LOG_LEVEL: 'silent' },
  })
