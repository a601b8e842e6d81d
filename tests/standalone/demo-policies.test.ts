import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { announcement } from '../../server/src/standalone/announcement.ts'
import type { RunningServer } from '../../server/src/standalone/start-server.ts'
import { startServer } from '../../server/src/standalone/start-server.ts'
import { freePorts } from '../support/free-port.ts'

describe('the demo, under a policy that refuses part of it', { timeout: 180_000 }, () => {
  let folder: string
  let port: number
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'understudy-policy-'))
    port = await freePorts(5)
  })
  afterEach(() => rm(folder, { recursive: true }))

  const start = (env: Record<string, string>): Promise<RunningServer> =>
    startServer(
      { PORT: String(port), DATA_DIR: folder, ...env },
      { logTo: { write: () => undefined } },
    )
  /** Who impersonates whom at this moment, and what the trail has of refusals by this very start. */
  async function look({ parts }: RunningServer): Promise<unknown> {
    const { storage, clock } = parts
    const page = { cursor: null, limit: 10 }
    const { items } = await storage.impersonations.list({ status: 'active' }, page, clock())
    await storage.audit.flush()
    const actions = []
    for await (const { action, subject } of storage.audit.stream({})) {
      if (subject === 'usr_leilani') actions.push(action)
    }
    const live = items.map(({ actor, subject }) => [actor, subject])
    return { live, refused: actions.filter((action) => /denied|violation/.test(action)).length }
  }

  it.each<[Record<string, string>, string]>([
    [{ IMPERSONATION_ROLES: '' }, 'IMPERSONATOR_NOT_ALLOWED'],
    [{ IMPERSONATION_ROLES: 'support_admin' }, 'IMPERSONATOR_NOT_ALLOWED'],
    [{ IMPERSONATION_ROLES: 'org_admin@organization' }, 'IMPERSONATOR_NOT_ALLOWED'],
    [{ IMPERSONATION_ROLES: 'super_admin@organization' }, 'IMPERSONATOR_NOT_ALLOWED'],
    [{ TICKET_PATTERN: '^X$' }, 'TICKET_INVALID'],
    [{ IMPERSONATOR_CLIENTS: 'admin-panel,acme-portal' }, 'APP_NOT_ELIGIBLE'],
  ])('starts with %j, says what is left out, and makes up for it later', async (env, code) => {
    const first = await start(env)
    const said = announcement(first)
    const before = await look(first)
    await first.stop()
    expect(said).toContain(
      `\nLeft out, since the policy refuses it: root2's impersonation (${code}).\n`,
    )
    expect(said).not.toContain('who is impersonating somebody already')
    expect(before).toMatchObject({ live: [] })

    const second = await start({})
    const after = await look(second)
    const { id } = (await second.parts.storage.impersonations.findOpenByActor('usr_root2')) ?? {}
    await second.parts.impersonation.revoke(id ?? '', {
      requestId: null,
      ip: null,
      userAgent: null,
    })
    expect(announcement(second)).toContain('who is impersonating somebody already')
    await second.stop()
    expect(after).toMatchObject({ live: [['usr_root2', 'usr_leilani']] })

    const third = await start({})
    expect(await look(third)).toMatchObject({ live: [] })
    await third.stop()
  })

  it('tries nothing that would stand in the audit trail as a violation', async () => {
    const server = await start({ IMPERSONATION_ROLES: '' })
    expect(await look(server)).toEqual({ live: [], refused: 0 })
    await server.stop()
  })
})
