import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { Ran } from '../support/command-line.ts'
import { valueOf } from '../support/command-line.ts'
import { freePorts } from '../support/free-port.ts'
import { codeBlocks, readDocument, root } from './markdown.ts'
import type { RunningProcess } from './running-process.ts'
import { runScript } from './running-process.ts'

const blocks = codeBlocks(readDocument('docs/how-to/go-to-production.md'))
  .filter(({ language }) => language === 'sh')
  .map((block) => block.text)
const hasBash = spawnSync('bash', ['--version']).status === 0

/** Only bash is there on every machine: the key is drawn, and the command found, by Node. */
const INSTEAD_OF_NPX = `npx() { shift; '${process.execPath}' '${root}/server/bin/understudy.js' "$@"; }
openssl() { '${process.execPath}' -p 'crypto.randomBytes(32).toString("base64")'; }
`

/** Bash with a folder of its own, which knows nothing but what it is told. */
async function bash(script: string, folder: string): Promise<Ran> {
  const child = spawn('bash', ['--noprofile', '--norc', '-e'], {
    cwd: folder,
    env: { PATH: process.env['PATH'], HOME: folder },
  })
  child.stdin.end(INSTEAD_OF_NPX + script)
  const said = [text(child.stdout), text(child.stderr)]
  const [code] = (await once(child, 'close')) as [number | null]
  const [out = '', err = ''] = await Promise.all(said)
  return { code, out, err }
}

/** The variables that a block of exports sets. */
async function exported(block: string, folder: string): Promise<Record<string, string>> {
  const names = [...block.matchAll(/^export (\w+)=/gm)].map(([, name = '']) => name)
  const shown = names.map((name) => `printf '%s\\n' "$${name}"`)
  const { out } = await bash([block, ...shown].join('\n'), folder)
  return Object.fromEntries(names.map((name, index) => [name, out.split('\n')[index] ?? '']))
}

describe.skipIf(!hasBash)('the way to production, pasted into bash', { timeout: 300_000 }, () => {
  let folder: string
  let port: number
  let issuer: string
  let moved: string[]
  let set: Ran
  const running: RunningProcess[] = []

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-production-'))
    port = await freePorts(2)
    issuer = `http://localhost:${port}`
    moved = blocks.map((block) =>
      block
        .replaceAll('https://login.example', issuer)
        .replaceAll('https://panel.example', `http://localhost:${port + 1}`)
        .replaceAll('/var/lib/understudy', join(folder, 'data'))
        .replace(/^node .*\n/m, ''),
    )
    const [variables = '', setup = '', check = '', panel = ''] = moved
    const fixed = await exported(variables, folder)
    set = await bash(
      Object.entries(fixed)
        .map(([name, value]) => `export ${name}='${value}'\n`)
        .join('') + [setup, check].join('echo =====\n'),
      folder,
    )
    const surroundings = { cwd: folder, env: { PORT: String(port), ...fixed } }
    running.push(await runScript(join(root, startOf(2)), 'is running at', surroundings))
    const env = { ...(await exported(panel, folder)), PORT: String(port + 1) }
    const own = { cwd: folder, env: { ...env, CLIENT_SECRET: secretOf('admin-panel') } }
    running.push(await runScript(join(root, startOf(3)), 'is ready', own))
  }, 300_000)
  afterAll(async () => {
    for (const server of running) await server.stop()
    await rm(folder, { recursive: true })
  })

  const startOf = (block: number): string => /^node (.*)$/m.exec(blocks[block] ?? '')?.[1] ?? ''
  const secretOf = (clientId: string): string =>
    valueOf(set.out.slice(set.out.indexOf(`client id      ${clientId}`)), 'client secret')
  const tokenOf = async (clientId: string): Promise<unknown> => {
    const basic = Buffer.from(`${clientId}:${secretOf(clientId)}`).toString('base64')
    const answer = await fetch(`${issuer}/token`, {
      method: 'POST',
      headers: { authorization: `Basic ${basic}` },
      body: new URLSearchParams({ grant_type: 'client_credentials', scope: 'root' }),
    })
    return answer.json()
  }

  it('sets everything up, and doctor has nothing to say but what was not set', () => {
    expect({ code: set.code, err: set.err }).toEqual({ code: 0, err: '' })
    const [, checked = ''] = set.out.split('=====\n')
    expect(checked.match(/^[✗!] .*? {2}/gm)).toEqual(['! Issuer  ', '! Audit anchor  '])
    expect(checked).toMatch(/^✓ Impersonator clients +admin-panel$/m)
  })

  it('has a panel that can do its job, and a service that can do its own', async () => {
    for (const clientId of ['admin-panel', 'support-backend']) {
      expect(await tokenOf(clientId)).toMatchObject({ scope: 'root' })
    }
    const health = await fetch(`http://localhost:${port + 1}/healthz`)
    expect([health.status, await health.json()]).toEqual([200, { status: 'ok' }])
  })

  it('is refused under the name of the example, as it says', async () => {
    const [variables = '', setup = ''] = blocks
    const elsewhere = join(folder, 'elsewhere')
    const script = variables.replace('/var/lib/understudy', elsewhere) + setup
    expect(await bash(script, folder)).toEqual({
      code: 1,
      out: '',
      err: "understudy: ISSUER: login.example is the name of the manual's example\n",
    })
    expect(existsSync(elsewhere)).toBe(false)
  })
})
