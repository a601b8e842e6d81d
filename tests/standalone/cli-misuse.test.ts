import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { CommandLine } from '../support/command-line.ts'
import { commandLine } from '../support/command-line.ts'

describe('the command line, asked for what it cannot do', { timeout: 120_000 }, () => {
  let cli: CommandLine

  beforeAll(async () => {
    cli = await commandLine()
    await cli.run('user create --email jane@x.test --name Jane --sub usr_jane')
    await cli.run(
      'app create --client-id portal --name Portal --type spa --redirect-uri https://portal.test/',
    )
  })
  afterAll(() => cli.close())

  it.each<[string, number, string]>([
    ['nonsense', 2, 'Unknown command nonsense'],
    ['user', 2, 'No command specified'],
    ['user create', 2, 'Missing required argument: --email'],
    ['user create --email x --name X', 2, '--email: is not an e-mail address'],
    ['user create --email a@x.test --name X --role nobody', 2, '--role: nobody is no role; '],
    ['user create --email a@x.test --name X --sub ä', 2, '--sub: '],
    [
      'user create --email a@x.test --name X --password-stdin',
      2,
      'password: must have at least 12',
    ],
    ['user list --everything', 2, "Unknown option '--everything'"],
    ['user list --q a --q b', 2, '--q is given twice'],
    ['user list everybody', 2, 'everybody is one word too many'],
    ['user disable', 2, 'Missing required positional argument: SUB'],
    ['user disable usr_nobody', 1, 'There is no account usr_nobody.'],
    ['app disable nothing', 1, 'There is no app nothing.'],
    ['app create --client-id a --name A --type tv', 2, 'Invalid value for argument: --type (tv)'],
    ['app create --client-id a --name A --type spa', 2, '--redirect-uri: is needed at least once'],
    ['app create --client-id a --name A --type s2s', 2, '--service-scope: is needed for a service'],
    [
      'app create --client-id a:b --name A --type s2s --service-scope root',
      2,
      '--client-id: must be',
    ],
    [
      'app create --client-id a --name A --type spa --redirect-uri http://a.test/',
      2,
      '--redirect-uri: must be https (http on localhost), without fragment, wildcard or user',
    ],
    ['role grant usr_jane king', 2, 'ROLE: king is no role; '],
    ['role grant usr_jane', 2, 'Missing required positional argument: ROLE'],
    ['consent revoke usr_jane portal', 1, 'usr_jane has never consented to portal.'],
    ['sessions list --status paused', 2, 'Invalid value for argument: --status (paused)'],
    ['audit tail --limit 0', 2, '--limit: must be 1 to 1000'],
    ['audit tail --action tea.made', 2, '--action: is no action of the audit trail'],
    [
      'impersonate --actor a --user b --app c --redeem-within 1801',
      2,
      '--redeem-within: must be at',
    ],
    ['impersonate --actor a --user b --app c --mode loud', 2, 'Invalid value for argument: --mode'],
  ])('understudy %s: exit code %i', async (words, code, message) => {
    const ran = await cli.run(words)
    expect(ran).toEqual({ code, out: '', err: expect.stringMatching(/^understudy: .*\n$/) })
    expect(ran.err).toContain(`understudy: ${message}`)
  })

  it('names a setting that cannot be meant, and shows the stack only to who debugs', async () => {
    const bad = { PORT: 'x' }
    const { code, err } = await cli.run('user list', { env: bad })
    expect({ code, err }).toEqual({
      code: 1,
      err: expect.stringMatching(/^understudy: PORT: .*\n$/),
    })
    const debugged = await cli.run('user list', { env: { ...bad, LOG_LEVEL: 'debug' } })
    expect(debugged.err).toMatch(/\n +at /)
  })

  it('says what it needs when an old Node runs it', async () => {
    const old = `Object.defineProperty(process, 'versions', { value: { node: '20.1.0' } })`
    const node = ['--import', `data:text/javascript,${encodeURIComponent(old)}`]
    const message = 'Understudy needs Node 22.18 or newer, this is 20.1.0: '
    expect(await cli.run('doctor', { node })).toEqual({
      code: 1,
      out: '',
      err: `${message}run it with "npx understudy", which brings its own.\n`,
    })
  })

  it('says which version it is', async () => {
    const about = await readFile(join(import.meta.dirname, '../../package.json'), 'utf8')
    const { version } = JSON.parse(about) as { version: string }
    expect(await cli.run('--version')).toEqual({ code: 0, out: `${version}\n`, err: '' })
  })

  it('explains itself', async () => {
    for (const words of ['--help', 'user --help', 'user create --help']) {
      expect(await cli.run(words)).toEqual({
        code: 0,
        out: expect.stringContaining('USAGE understudy') as string,
        err: '',
      })
    }
  })
})
