import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { settingsRisks } from '../../server/src/standalone/configuration/production-risks.ts'
import { loadServerSettings } from '../../server/src/standalone/configuration/server-settings.ts'
import type { CommandLine } from '../support/command-line.ts'
import { commandLine } from '../support/command-line.ts'

const DRAWN = 'q0mJ3v0cZ5m7uF2yXh8o1tRkP4nGdB6sWeLaVjCiQxY='
const base64 = (bytes: Uint8Array | string): string => Buffer.from(bytes).toString('base64')
const good = { NODE_ENV: 'production', ISSUER: 'https://login.acme.test', SECRET_KEY: DRAWN }

describe('production', { timeout: 120_000 }, () => {
  let cli: CommandLine
  beforeEach(async () => {
    cli = await commandLine()
  })
  afterEach(() => cli.close())

  const reasons = (env: Record<string, string>): string[] =>
    settingsRisks(loadServerSettings({ ...good, DATA_DIR: cli.folder, ...env })).map(
      ({ reason }) => reason,
    )
  const noKey = ['SECRET_KEY: is no random key (openssl rand -base64 32)']

  it.each([
    ['zeros', base64(new Uint8Array(32))],
    ['one byte again and again', base64(new Uint8Array(32).fill(0xa7))],
    ['a short pattern', base64(Uint8Array.from({ length: 32 }, (_, n) => n % 7))],
    ['a sequence', base64(Uint8Array.from({ length: 32 }, (_, n) => n))],
    ['a sequence with steps', base64(Uint8Array.from({ length: 32 }, (_, n) => (n * 37) & 0xff))],
    ['a sentence', base64('this is the secret key of acme!!')],
    ['hexadecimal digits', base64('0f1e2d3c4b5a69788796a5b4c3d2e1f0')],
  ])('takes no secret key that is %s', (_, SECRET_KEY) => {
    expect(reasons({ SECRET_KEY })).toEqual(noKey)
  })

  it('takes a key that was drawn', () => {
    for (let n = 0; n < 1000; n++) {
      const SECRET_KEY = base64(crypto.getRandomValues(new Uint8Array(32)))
      expect(reasons({ SECRET_KEY })).toEqual([])
    }
  })

  it.each([
    ['https://login.example', 'login.example'],
    ['https://example.com', 'example.com'],
    ['https://sso.example.org', 'sso.example.org'],
  ])('takes no name of the manual: %s', (ISSUER, name) => {
    expect(reasons({ ISSUER })).toEqual([`ISSUER: ${name} is the name of the manual's example`])
    expect(reasons({ ISSUER: ISSUER.replace('example', 'my-example-shop') })).toEqual([])
  })

  it('wants to know of the proxy where others than this machine reach it', () => {
    const unknown = 'TRUSTED_PROXIES: must say how many proxies are in front of HOST=0.0.0.0'
    expect(reasons({ HOST: '0.0.0.0' })).toEqual([unknown])
    expect(reasons({ HOST: '0.0.0.0', TRUSTED_PROXIES: '1' })).toEqual([])
    for (const HOST of ['127.0.0.1', '::1', 'localhost']) expect(reasons({ HOST })).toEqual([])
  })

  it('keeps its files to itself, as far as there are any', async () => {
    expect(reasons({})).toEqual([])
    await mkdir(cli.folder, { mode: 0o755 })
    await chmod(cli.folder, 0o755)
    const open = `DATA_DIR: ${cli.folder} is open to everybody (chmod 700)`
    expect(reasons({})).toEqual([open])
    expect(reasons({ DATABASE_URL: 'postgres://db/understudy' })).toEqual([])
    await chmod(cli.folder, 0o750)
    expect(reasons({})).toEqual([])
    const file = join(cli.folder, 'secret.key')
    await writeFile(file, DRAWN)
    await chmod(file, 0o644)
    const own = { ...good, DATA_DIR: cli.folder, SECRET_KEY: undefined }
    const read = (): string[] => settingsRisks(loadServerSettings(own)).map(({ reason }) => reason)
    expect(read()).toEqual([`SECRET_KEY: ${file} can be read by everybody`])
    await chmod(file, 0o600)
    expect(read()).toEqual([])
  })

  it('refuses with everything at once, a line each, and doctor says the same', async () => {
    await cli.run('migrate')
    const secret = base64(new Uint8Array(32))
    const env = { NODE_ENV: 'production', SECRET_KEY: secret, HOST: '0.0.0.0' }
    const issuer = { ISSUER: 'https://login.example' }
    const lines = [
      "ISSUER: login.example is the name of the manual's example",
      'TRUSTED_PROXIES: must say how many proxies are in front of HOST=0.0.0.0',
      ...noKey,
    ]
    expect(await cli.run('start', { env: { ...env, ...issuer } })).toEqual({
      code: 1,
      out: '',
      err: lines.map((line) => `understudy: ${line}\n`).join(''),
    })
    const { code, out } = await cli.run('doctor', { env: { ...env, ...issuer } })
    expect(code).toBe(1)
    for (const line of lines) expect(out).toMatch(new RegExp(`^✗ .*${line.split('(')[0]}`, 'm'))
    expect(out).toMatch(/^! Audit anchor /m)
  })

  it('refuses every impossible variable at once, wherever it stands', async () => {
    const env = { REQUIRE_MFA: 'maybe', PORT: '0', SECRET_KEY: 'YWJj', LOG_LEVEL: 'loud' }
    const { code, err } = await cli.run('start', { env })
    expect(code).toBe(1)
    expect(err.split('\n').map((line) => line.split(':')[1]?.trim())).toEqual([
      'S2sConfig.requireMfa',
      'PORT',
      'SECRET_KEY',
      'LOG_LEVEL',
      undefined,
    ])
    const { out } = await cli.run('doctor', { env })
    expect(out.match(/^✗ Configuration /gm)).toHaveLength(4)
  })

  it('is content with what the manual asks for', async () => {
    await cli.run('migrate', { env: { SECRET_KEY: DRAWN } })
    const anchor = join(cli.folder, 'anchor.txt')
    const env = { ...good, HOST: '0.0.0.0', TRUSTED_PROXIES: '1', AUDIT_ANCHOR_FILE: anchor }
    const { code, out } = await cli.run('doctor', { env })
    expect({ code, wrong: out.match(/^[✗!].*$/gm) }).toEqual({ code: 0, wrong: null })
    const local = await cli.run('doctor', { env: { ...env, ISSUER: 'http://localhost:4000' } })
    expect(local.out.match(/^[✗!].*$/gm)).toEqual([
      '! Issuer                  http://localhost:4000 is for this machine only → Set ISSUER to its public name.',
    ])
    expect(local.code).toBe(0)
  })
})
