import { readFileSync } from 'node:fs'
import { stripVTControlCharacters } from 'node:util'
import type { ArgsDef, CommandDef } from 'citty'
import { renderUsage, runCommand, runMain } from 'citty'
import { group } from './command.ts'
import { explainFailure } from './explain-failure.ts'
import { Interrupted } from './usage-error.ts'

/** Loaded when asked for: most of them bring the whole server along. */
const understudy: CommandDef = group('understudy', 'Support impersonation for oidc-provider', {
  start: () => import('./start.ts').then((module) => module.start),
  migrate: () => import('./migrate.ts').then((module) => module.migrate),
  user: () => import('./user.ts').then((module) => module.user),
  app: () => import('./app.ts').then((module) => module.app),
  role: () => import('./role.ts').then((module) => module.role),
  consent: () => import('./consent.ts').then((module) => module.consent),
  impersonate: () => import('./impersonate.ts').then((module) => module.impersonate),
  sessions: () => import('./sessions.ts').then((module) => module.sessions),
  audit: () => import('./audit.ts').then((module) => module.audit),
  keys: () => import('./keys.ts').then((module) => module.keys),
  webhook: () => import('./webhook.ts').then((module) => module.webhook),
  backup: () => import('./backup.ts').then((module) => module.backup),
  restore: () => import('./restore.ts').then((module) => module.restore),
  doctor: () => import('./doctor.ts').then((module) => module.doctor),
})

/** Runs one command line. Never throws: the exit code says how it went. */
export async function main(args: readonly string[]): Promise<void> {
  const rawArgs = args.length === 0 ? ['--help'] : [...args]
  process.stdout.on('error', stopAtClosedPipe)
  if (rawArgs.length === 1 && rawArgs[0] === '--version') {
    process.stdout.write(`${readVersion()}\n`)
    return
  }
  if (asksForHelp(rawArgs)) {
    await runMain(understudy, { rawArgs, showUsage })
    return
  }
  try {
    await runCommand(understudy, { rawArgs })
  } catch (error) {
    process.exitCode = error instanceof Interrupted ? 130 : await complainAbout(error)
  }
}

async function complainAbout(error: unknown): Promise<number> {
  const { message, exitCode } = await explainFailure(error)
  process.stderr.write(`understudy: ${message.replaceAll('\n', '\nunderstudy: ')}\n`)
  if (process.env['LOG_LEVEL'] === 'debug' && error instanceof Error) {
    process.stderr.write(`${error.stack ?? ''}\n`)
  }
  return exitCode
}

function readVersion(): string {
  const about = readFileSync(new URL('../../../../package.json', import.meta.url), 'utf8')
  return (JSON.parse(about) as { readonly version: string }).version
}

function asksForHelp(rawArgs: readonly string[]): boolean {
  const end = rawArgs.indexOf('--')
  const words = end === -1 ? rawArgs : rawArgs.slice(0, end)
  return words.some((word) => word === '--help' || word === '-h')
}

/** Names are whole here, so the parent's is not put before them. */
async function showUsage<Args extends ArgsDef>(wanted: CommandDef<Args>): Promise<void> {
  const usage = await renderUsage(wanted)
  process.stdout.write(`${process.stdout.isTTY ? usage : stripVTControlCharacters(usage)}\n`)
}

/** `understudy audit tail | head` has seen enough. */
function stopAtClosedPipe(error: NodeJS.ErrnoException): void {
  if (error.code !== 'EPIPE') throw error
  process.exit(0)
}
