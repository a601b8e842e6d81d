import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import type { Server } from 'node:net'
import { createServer } from 'node:net'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { listenOnLoopback } from '../../server/src/standalone/web/listen.ts'
import { freePorts } from '../support/free-port.ts'

const root = join(import.meta.dirname, '../..')
const SERVER = join(root, 'server/src/main.ts')
const PANEL = join(root, 'admin-panel/server/main.ts')

const hasSix = Object.values(networkInterfaces()).some((all = []) =>
  all.some(({ address }) => address === '::1'),
)

interface Edit {
  readonly file: string
  readonly pattern: string
  readonly by: string
}

/** Options of Node under which a file reads as if somebody had edited it. */
const edited = ({ file, pattern, by }: Edit): string[] => {
  const hook = `
    import { registerHooks } from 'node:module'
    registerHooks({
      load(url, context, next) {
        const loaded = next(url, context)
        if (!url.endsWith(${JSON.stringify(file)})) return loaded
        const pattern = new RegExp(${JSON.stringify(pattern)})
        return { ...loaded, source: String(loaded.source).replace(pattern, () => ${JSON.stringify(by)}) }
      },
    })`
  return ['--import', `data:text/javascript,${encodeURIComponent(hook)}`]
}

describe('a start that cannot be', { timeout: 180_000 }, () => {
  let folder: string
  let port: number
  const held: Server[] = []
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-refused-'))
    port = await freePorts(6)
  })
  afterEach(async () => {
    for (const server of held.splice(0)) server.close()
    await rm(folder, { recursive: true })
  })

  const hold = async (taken: number, host = '127.0.0.1'): Promise<void> => {
    const server = createServer()
    held.push(server)
    await once(server.listen(taken, host), 'listening')
  }

  /** Runs until it ends, or until it has said that it serves. */
  async function run(
    main: string,
    env: Record<string, string>,
    node: readonly string[] = [],
  ): Promise<{ code: number | null; out: string; err: string }> {
    const child = spawn(process.execPath, [...node, main], {
      env: {
        PATH: process.env['PATH'],
        PORT: String(port),
        DATA_DIR: folder,
        LOG_LEVEL: 'silent',
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const said = { out: '', err: '' }
    child.stdout.on('data', (chunk) => {
      said.out += String(chunk)
      if (/is running/.test(said.out)) child.kill('SIGTERM')
    })
    child.stderr.on('data', (chunk) => (said.err += String(chunk)))
    const [code] = (await once(child, 'close')) as [number | null]
    return { code, ...said }
  }
  const refused = (who: string, line: string): object => ({
    code: 1,
    out: '',
    err: `${who}: ${line}\n`,
  })

  it('says which port is in use, and by which variable it is another', async () => {
    await hold(port)
    expect(await run(SERVER, {})).toEqual(
      refused('understudy', `PORT: port ${port} is in use; an Understudy may be running already`),
    )
  })

  it('says so of the port for metrics', async () => {
    await hold(port + 5)
    expect(await run(SERVER, { METRICS_PORT: String(port + 5) })).toEqual(
      refused(
        'understudy',
        `METRICS_PORT: port ${port + 5} is in use; an Understudy may be running already`,
      ),
    )
  })

  it.each([
    ['panel', 1],
    ['resource server', 4],
  ])('says so of the %s of the demo', async (_, offset) => {
    await hold(port + offset)
    const which = `port ${port + offset}, which the demo needs,`
    expect(await run(SERVER, {})).toEqual(
      refused('understudy', `PORT: ${which} is in use; an Understudy may be running already`),
    )
    const issuer = { ISSUER: `http://localhost:${port}`, PORT: String(port + 5) }
    expect((await run(SERVER, issuer)).err).toBe(
      `understudy: ISSUER: ${which} is in use; an Understudy may be running already\n`,
    )
  })

  it('says that there are no ports after the last', async () => {
    const line = 'PORT: the demo needs the 4 ports after 65534: at most 65531, or DEMO=false'
    expect(await run(SERVER, { PORT: '65534' })).toEqual(refused('understudy', line))
  })

  it('says that a host is not this one', async () => {
    expect(await run(SERVER, { HOST: '192.0.2.1', DEMO: 'false' })).toEqual(
      refused('understudy', 'HOST: 192.0.2.1 cannot be listened at (EADDRNOTAVAIL)'),
    )
  })

  it('says the same of the panel alone', async () => {
    const env = { ISSUER: 'http://localhost:1', CLIENT_SECRET: 'x' }
    await hold(port)
    const busy = `port ${port} is in use; the panel may be running already`
    const url = `http://localhost:${port}`
    expect(await run(PANEL, { ...env, PANEL_URL: url })).toEqual(
      refused('admin-panel', `PORT: ${busy}`),
    )
    const other = { ...env, PANEL_URL: 'http://localhost:2', HOST: '192.0.2.1' }
    expect(await run(PANEL, other)).toEqual(
      refused('admin-panel', 'HOST: 192.0.2.1 cannot be listened at (EADDRNOTAVAIL)'),
    )
  })

  it.skipIf(!hasSix)(
    'leaves nothing listening when only one of the loopback’s two is free',
    async () => {
      await hold(port, '::1')
      await expect(listenOnLoopback(port, () => undefined)).rejects.toMatchObject({
        code: 'EADDRINUSE',
      })
      await hold(port)
    },
  )

  const access = (pattern: string, by: string): string[] =>
    edited({ file: 'admin-panel/tools/access.ts', pattern, by })

  it.each([
    [
      'AllowedRoles: "boss" is not a role',
      access(String.raw`(?<=AllowedRoles[^]*?)Role\.SupportAgent`, "'boss'"),
    ],
    [
      'RoleAccesses.support_agent: "reed_user" is not an access',
      access(String.raw`(?<=\[Role\.SupportAgent\]: \[)Access\.ReadUser`, "'reed_user'"),
    ],
    [
      "AllowedRoles.0 is not set: is the role's name spelt right?",
      access(String.raw`(?<=AllowedRoles[^]*?)Role\.SuperAdmin`, 'Role.SuperAdmn'),
    ],
    [
      "RoleAccesses.support_agent.0 is not set: is the access's name spelt right?",
      access(String.raw`(?<=\[Role\.SupportAgent\]: \[)Access\.ReadUser`, 'Access.ReedUser'),
    ],
    [
      "RoleAccesses: the role of an entry is not set: is the role's name spelt right?",
      access(
        String.raw`(?<=RoleAccesses:[^]*?)\[Role\.OrgAdmin\]: \[`,
        '[Role.OrgAdmin]: [], [Role.OrgAdmn]: [',
      ),
    ],
  ])('says of the panel’s desk, alone and with the demo: %s', async (line, node) => {
    const alone = { ISSUER: 'http://localhost:1', CLIENT_SECRET: 'x' }
    const url = `http://localhost:${port}`
    expect(await run(PANEL, { ...alone, PANEL_URL: url }, node)).toEqual(
      refused('admin-panel', line),
    )
    expect(await run(SERVER, {}, node)).toEqual(refused('understudy', line))
  })

  const desk = (by: string): string[] =>
    edited({ file: 'configs/variable.ts', pattern: 'export const S2sConfig[^]*$', by })

  it('is none with a desk that says only who may impersonate', async () => {
    const pasted =
      'export const S2sConfig = Object.freeze({ impersonationRoles: [Role.SuperAdmin, Role.SupportAdmin] })'
    expect(await run(SERVER, { DEMO: 'false' }, desk(pasted))).toEqual({
      code: 0,
      out: `Understudy is running at http://localhost:${port}\n`,
      err: '',
    })
  })

  it('says which role of the desk is spelt wrong', async () => {
    const pasted =
      'export const S2sConfig = Object.freeze({ impersonationRoles: [Role.SuperAdmn] })'
    const line = "S2sConfig.impersonationRoles.0 is not set: is the role's name spelt right?"
    expect(await run(SERVER, { DEMO: 'false' }, desk(pasted))).toEqual(refused('understudy', line))
  })
})
