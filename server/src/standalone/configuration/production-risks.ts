import { existsSync, readFileSync, statSync } from 'node:fs'
import type { Storage } from '../../index.ts'
import { hashSecret } from '../oidc/client-adapter.ts'
import { readAll } from '../read-all.ts'
import { secretKeyFileIn } from '../keys/secret-box.ts'
import type { ServerSettings } from './server-settings.ts'

/** Why a server must not run in production. */
export interface Risk {
  /** What was looked at. */
  readonly check: RiskyCheck
  /** One line that names the variable. */
  readonly reason: string
}

export const riskyChecks = ['Issuer', 'Proxies', 'Secret key', 'Data folder'] as const

type RiskyCheck = (typeof riskyChecks)[number] | 'Demo data'

const EXAMPLE = /(?:^|\.)(?:example|example\.(?:com|net|org))$/
const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|::1|\[::1\])$/
const OTHERS = 0o007

/** What can be known without the database. */
export const settingsRisks = (server: ServerSettings): readonly Risk[] => [
  ...issuerRisks(server),
  ...proxyRisks(server),
  ...keyRisks(server),
  ...folderRisks(server),
]

function issuerRisks({ issuer }: ServerSettings): Risk[] {
  const { hostname } = new URL(issuer)
  if (!EXAMPLE.test(hostname)) return []
  return [{ check: 'Issuer', reason: `ISSUER: ${hostname} is the name of the manual's example` }]
}

function proxyRisks({ host, trustedProxies }: ServerSettings): Risk[] {
  if (host === undefined || LOOPBACK.test(host) || trustedProxies > 0) return []
  const reason = `TRUSTED_PROXIES: must say how many proxies are in front of HOST=${host}`
  return [{ check: 'Proxies', reason }]
}

function keyRisks({ secretKey, otherSecretKey, dataDir }: ServerSettings): Risk[] {
  const given = { SECRET_KEY: secretKey, OTHER_SECRET_KEY: otherSecretKey }
  const weak = Object.entries(given).filter(([, key]) => key !== undefined && !isDrawn(key))
  const risks = weak.map(([name]): Risk => {
    const reason = `${name}: is no random key (openssl rand -base64 32)`
    return { check: 'Secret key', reason }
  })
  return secretKey === undefined ? [...risks, ...fileRisks(dataDir)] : risks
}

function fileRisks(dataDir: string): Risk[] {
  const file = secretKeyFileIn(dataDir)
  if (!existsSync(file)) return []
  if (isOpen(file)) {
    return [{ check: 'Secret key', reason: `SECRET_KEY: ${file} can be read by everybody` }]
  }
  if (isDrawn(readFileSync(file, 'utf8'))) return []
  return [{ check: 'Secret key', reason: `SECRET_KEY: ${file} holds no random key` }]
}

/** Of 32 bytes that were drawn some 30 differ, and they are no text and no sequence. */
function isDrawn(base64: string): boolean {
  const bytes = [...Buffer.from(base64, 'base64')]
  const steps = new Set(bytes.map((byte, index) => (byte - (bytes[index - 1] ?? 0)) & 0xff))
  const isText = bytes.every((byte) => byte >= 0x20 && byte < 0x7f)
  return new Set(bytes).size >= 16 && steps.size >= 8 && !isText
}

function folderRisks({ databaseUrl, secretKey, dataDir }: ServerSettings): Risk[] {
  const isUsed = databaseUrl === undefined || secretKey === undefined
  if (!isUsed || !existsSync(dataDir) || !isOpen(dataDir)) return []
  return [{ check: 'Data folder', reason: `DATA_DIR: ${dataDir} is open to everybody (chmod 700)` }]
}

/** Windows keeps no such permissions. */
const isOpen = (path: string): boolean =>
  process.platform !== 'win32' && (statSync(path).mode & OTHERS) !== 0

/** The demo's secrets are printed in its manual: a production server with any of them is open. */
export async function demoRisks(storage: Storage): Promise<readonly Risk[]> {
  const apps = await readAll((page) => storage.apps.list(page))
  const open = apps.filter(
    ({ clientId, secretHash }) => secretHash === hashSecret(`${clientId}-secret`),
  )
  if (open.length === 0) return []
  const ids = open.map(({ clientId }) => clientId).join(', ')
  const reason = `NODE_ENV: the database holds the demo's data (${ids}); production refuses it`
  return [{ check: 'Demo data', reason }]
}
