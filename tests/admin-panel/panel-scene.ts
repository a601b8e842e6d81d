import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import type { AuditEvent } from 'understudy'
import type { PanelSettings } from '../../admin-panel/server/index.ts'
import { startPanel } from '../../admin-panel/server/index.ts'
import type { Parts } from '../../server/src/standalone/parts.ts'
import type { Booted, BootOptions } from '../support/boot.ts'
import { boot } from '../support/boot.ts'
import { expect } from 'vitest'
import type { Cast } from '../support/cast.ts'
import { castOf } from '../support/cast.ts'
import { freePort } from '../support/free-port.ts'
import { assertInvariants } from '../support/invariants.ts'

export const PAGE: string =
  '<!doctype html><script type="module" nonce="__NONCE__" src="/assets/app-1a2b.js"></script>'
export const SCRIPT: string = `console.log(${JSON.stringify('x'.repeat(2000))})`

/** A real issuer with the demo's people, and a panel of its own in front of it. */
export interface PanelScene {
  readonly booted: Booted
  readonly cast: Cast
  /** The panel's origin. */
  readonly url: string
  /** Everything the panel has logged so far. */
  log(): string
  /** Stops the issuer for good. */
  stopIssuer(): Promise<void>
  /** Stops the issuer and starts it again, also with other variables. */
  restartIssuer(env?: Readonly<Record<string, string>>): Promise<void>
  /** Another panel at the same origin, instead of the one that runs. */
  restartPanel(settings?: Partial<PanelSettings>): Promise<void>
  close(): Promise<void>
}

export async function panelScene(
  options: BootOptions = {},
  settings: Partial<PanelSettings> = {},
): Promise<PanelScene> {
  const url = `http://localhost:${await freePort()}`
  const booted = await boot({ ...options, alter: (parts) => withPanelAt(url, parts) })
  const folder = await builtPages()
  const lines: string[] = []
  const write = (about: object, message: string): void => {
    lines.push(JSON.stringify({ ...about, message }, showErrors))
  }
  const run = (own: Partial<PanelSettings>): ReturnType<typeof startPanel> =>
    startPanel({
      issuer: booted.issuer,
      url,
      clientId: 'admin-panel',
      clientSecret: 'admin-panel-secret',
      staticDir: folder,
      log: { info: write, warn: write, error: write },
      ...own,
    })
  let running = await run(settings)
  let stopped: Promise<void> | undefined
  const stopIssuer = (): Promise<void> => (stopped ??= booted.close())
  return {
    booted,
    cast: castOf(booted),
    url,
    log: () => lines.join('\n'),
    async restartPanel(own = settings) {
      await running.close()
      running = await run(own)
      await settle(url)
    },
    stopIssuer,
    async restartIssuer(env) {
      await booted.restart(env)
      await settle(booted.issuer)
    },
    async close() {
      await running.close()
      await stopIssuer()
      await rm(folder, { recursive: true })
    },
  }
}

/** Until no connection to the server that was there before is used any more. */
async function settle(origin: string): Promise<void> {
  for (let answered = 0, asked = 0; answered < 5 && asked < 50; asked++) {
    const status = await fetch(`${origin}/healthz`).then(
      (answer) => answer.text().then(() => answer.status),
      () => 0,
    )
    answered = status === 200 ? answered + 1 : 0
  }
}

const showErrors = (_: string, value: unknown): unknown =>
  value instanceof Error ? { name: value.name, message: value.message, cause: value.cause } : value

/** Ends whatever runs; what must hold after every test holds here, and no secret is in the panel's log. */
export async function leave(scene: PanelScene): Promise<void> {
  const { booted, cast } = scene
  await endAll(booted)
  await assertInvariants(booted, cast)
  for (const secret of cast.secrets) expect(scene.log()).not.toContain(secret)
}

/** Exports in the audit trail; an export's end is written after its last byte has left. */
export async function exportsIn(
  { cast }: Pick<PanelScene, 'cast'>,
  count: number,
): Promise<AuditEvent[]> {
  for (let waited = 0; ; waited += 20) {
    const events = await cast.audit({ action: 'audit.exported' })
    if (events.length >= count || waited >= 5000) return events
    await delay(20)
  }
}

export async function endAll({ parts }: Booted): Promise<void> {
  const { impersonation, storage } = parts
  const nobody = { requestId: null, ip: null, userAgent: null }
  for (const app of ['acme-portal', 'acme-billing']) {
    for (const { id } of await storage.impersonations.findOpenOf({ app })) {
      await impersonation.revoke(id, nobody)
    }
  }
}

/** Registers the client `admin-panel` with the callback of a panel at another place than the demo's. */
function withPanelAt(url: string, parts: Parts): Parts {
  const { apps } = parts.storage
  const add: typeof apps.add = (app, at) =>
    apps.add(
      app.clientId === 'admin-panel' ? { ...app, redirectUris: [`${url}/auth/callback`] } : app,
      at,
    )
  return { ...parts, storage: { ...parts.storage, apps: { ...apps, add } } }
}

async function builtPages(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'understudy-panel-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), PAGE)
  await writeFile(join(folder, 'icon.svg'), '<svg xmlns="http://www.w3.org/2000/svg"/>')
  await writeFile(join(folder, 'assets/app-1a2b.js'), SCRIPT)
  return folder
}
