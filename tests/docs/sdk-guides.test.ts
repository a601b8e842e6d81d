import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { root } from './markdown.ts'
import { filesOfGuide } from './sdk-guide.ts'

const tsc = join(root, 'node_modules/typescript/bin/tsc')
const sdk = join(root, 'sdk/src')

const options = {
  target: 'ES2022',
  lib: ['ES2022', 'DOM', 'DOM.Iterable'],
  module: 'ESNext',
  moduleResolution: 'bundler',
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  noUnusedLocals: true,
  verbatimModuleSyntax: true,
  allowImportingTsExtensions: true,
  jsx: 'react-jsx',
  skipLibCheck: true,
  noEmit: true,
  types: [],
  paths: {
    '@understudy/sdk': [join(sdk, 'index.ts')],
    '@understudy/sdk/banner': [join(sdk, 'banner/index.ts')],
    '@understudy/sdk/react': [join(sdk, 'react/index.ts')],
  },
}

/** What a guide names and does not show; of Vue, which is not installed, the functions it uses. */
const around: Record<string, Record<string, string>> = {
  'docs/how-to/use-it-with-vue.md': {
    'src/router.ts': 'export const router: object = {}',
    'vue.d.ts': `
    declare module 'vue' {
      export interface Ref<T> { value: T }
      export function shallowRef<T>(value: T): Ref<T>
      export function readonly<T extends object>(target: T): Readonly<T>
      export function onScopeDispose(work: () => void): void
      export function createApp(root: object): { use(plugin: object): { mount(at: string): void } }
    }
    declare module '*.vue' { const component: object; export default component }`,
  },
}

let folder: string

beforeAll(async () => {
  // Inside the package, so that React and oidc-client-ts are found; git ignores the folder.
  await mkdir(join(root, '.vitest'), { recursive: true })
  folder = await mkdtemp(join(root, '.vitest/guide-'))
})
afterAll(() => rm(folder, { recursive: true }))

const guides: readonly (readonly [path: string, files: number])[] = [
  ['docs/how-to/use-it-with-react.md', 3],
  ['docs/how-to/use-it-with-vue.md', 2],
  ['docs/how-to/use-it-without-a-framework.md', 1],
  ['docs/how-to/use-it-beside-your-oidc-client.md', 2],
  ['docs/tutorial/add-it-to-your-spa.md', 2],
]

it.each(guides)(
  'the code of %s has the types it claims',
  async (path, count) => {
    const files = [...filesOfGuide(path)].filter(([name]) => /\.tsx?$/.test(name))
    expect(files).toHaveLength(count)
    const place = join(folder, basename(path, '.md'))
    const all = [...files, ...Object.entries(around[path] ?? {})]
    for (const [name, text] of all) {
      await mkdir(dirname(join(place, name)), { recursive: true })
      await writeFile(join(place, name), text)
    }
    const project = join(place, 'tsconfig.json')
    await writeFile(
      project,
      JSON.stringify({ compilerOptions: options, files: all.map(([name]) => name) }),
    )
    const said = await promisify(execFile)(process.execPath, [tsc, '-p', project], {
      cwd: root,
    }).then(
      ({ stdout }) => stdout,
      (error: unknown) => (error as { stdout: string }).stdout,
    )
    expect(said.replaceAll(`${place}/`, '')).toBe('')
  },
  120_000,
)
