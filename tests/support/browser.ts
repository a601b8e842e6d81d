import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { AxeBuilder } from '@axe-core/playwright'
import { chromium, type Browser, type Page } from 'playwright-core'

const run = promisify(execFile)
const cache = join(import.meta.dirname, '../../node_modules/.cache')

const flags = [
  // Nothing but the servers of the test exists: a page that asks for more gets a name error.
  '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE *.localhost, EXCLUDE 127.0.0.*',
  '--no-proxy-server',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-domain-reliability',
  '--disable-sync',
  '--no-first-run',
  '--no-pings',
]

// The package unpacks into the temporary folder of its process and nowhere else.
const unpackScript = `
  import { inflate } from '@sparticuz/chromium'
  await Promise.all(process.argv.slice(1).map((archive) => inflate(archive)))`

// One font and no other: the same layout on every machine, also on one without any font.
const fontsConf = (fonts: string): string =>
  `<?xml version="1.0"?><fontconfig><dir>${fonts}</dir><cachedir>${fonts}</cachedir></fontconfig>\n`

async function unpack(packageFolder: string, target: string): Promise<void> {
  await mkdir(cache, { recursive: true })
  const staging = await mkdtemp(join(cache, 'chromium-'))
  const archives = ['chromium.br', 'fonts.tar.br', 'swiftshader.tar.br', 'al2023.tar.br']
  const paths = archives.map((name) => join(packageFolder, 'bin', name))
  await run(process.execPath, ['--input-type=module', '--eval', unpackScript, '--', ...paths], {
    cwd: import.meta.dirname,
    env: { ...process.env, TMPDIR: staging },
  })
  await writeFile(join(staging, 'fonts.conf'), fontsConf(join(target, 'fonts')))
  // Appears by its name only when it is complete; another worker may have been faster.
  await rename(staging, target).catch(() => rm(staging, { recursive: true, force: true }))
}

/** The folder of the Chromium that came with `npm ci`, unpacked once per version. */
async function unpacked(): Promise<string> {
  const packageFolder = join(
    dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))),
    '..',
  )
  const manifest = await readFile(join(packageFolder, 'package.json'), 'utf8')
  const { version } = JSON.parse(manifest) as { version: string }
  const target = join(cache, `chromium-${version}`)
  if (!existsSync(target)) await unpack(packageFolder, target)
  return target
}

/** A system without desktop libraries gets those of the package; where the system has them, its own fit better. */
async function environmentFor(executable: string, folder: string): Promise<Record<string, string>> {
  const env = { ...process.env, FONTCONFIG_FILE: join(folder, 'fonts.conf') }
  const runs = await run(executable, ['--version']).then(
    () => true,
    () => false,
  )
  return runs ? env : { ...env, LD_LIBRARY_PATH: join(folder, 'al2023/lib') }
}

/**
 * A Chromium of its own profile that reaches loopback only: `localhost`, `*.localhost`, `127.0.0.1`, `127.0.0.2`, ….
 * It is the one of @sparticuz/chromium (Linux on x64), or the one CHROMIUM_PATH names.
 */
export async function launchBrowser(): Promise<Browser> {
  // Containers seldom allow the sandbox, root never, and the only pages shown are our own.
  const options = { args: flags, chromiumSandbox: false }
  const named = process.env['CHROMIUM_PATH']
  if (named !== undefined) return chromium.launch({ ...options, executablePath: named })
  const folder = await unpacked()
  const executablePath = join(folder, 'chromium')
  return chromium.launch({
    ...options,
    executablePath,
    env: await environmentFor(executablePath, folder),
  })
}

export interface AccessibilityViolation {
  readonly rule: string
  readonly help: string
  /** The selectors of the elements concerned. */
  readonly elements: readonly string[]
}

/** For the page: what is fading in is not yet in the colours it will have. */
const SETTLED = `(async () => {
  for (let turn = 0; turn < 2; turn++) {
    await new Promise(requestAnimationFrame)
    const ending = document
      .getAnimations()
      .filter(({ effect }) => effect?.getComputedTiming().iterations !== Infinity)
    await Promise.allSettled(ending.map(({ finished }) => finished))
  }
})()`

/**
 * What axe finds wrong with the page as it is now, by all its rules or by those; short, so that
 * `toEqual([])` fails readably.
 * The page must come from `browser.newContext()`: axe opens a second one beside it.
 */
export async function axe(
  page: Page,
  rules: readonly string[] = [],
): Promise<readonly AccessibilityViolation[]> {
  await page.evaluate(SETTLED)
  const builder = new AxeBuilder({ page })
  if (rules.length > 0) builder.withRules([...rules])
  const { violations } = await builder.analyze()
  return violations.map(({ id, help, nodes }) => ({
    rule: id,
    help,
    elements: nodes.map(({ target }) => target.join(' ')),
  }))
}
