import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { format } from 'prettier'
import { readDocument, root } from './markdown.ts'

/** Entries of the package, by what is imported, with the file each is declared in. */
const entries: readonly (readonly [name: string, file: string])[] = [
  ['@understudy/sdk', 'index'],
  ['@understudy/sdk/banner', 'banner/index'],
  ['@understudy/sdk/react', 'react/index'],
  ['@understudy/sdk/server', 'server/index'],
  ['@understudy/sdk/server/koa', 'server/koa'],
  ['@understudy/sdk/server/express', 'server/express'],
  ['@understudy/sdk/server/fastify', 'server/fastify'],
  ['@understudy/sdk/server/hono', 'server/hono'],
]

/** What every entry exports, as TypeScript declares it, in Markdown. */
export async function signatures(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'signatures-'))
  try {
    await declare('tsconfig.sdk-build.json', folder)
    await declare('tsconfig.sdk-build-server.json', folder)
    const parts: string[] = []
    for (const [name, file] of entries) {
      const text = (await declarationsOf(folder, file)).join('\n\n')
      const style = JSON.parse(readDocument('.prettierrc.json')) as object
      const code = await format(text, { ...style, parser: 'typescript' })
      parts.push(`### \`${name}\`\n\n\`\`\`ts\n${code.trimEnd()}\n\`\`\``)
    }
    return parts.join('\n\n')
  } finally {
    await rm(folder, { recursive: true })
  }
}

async function declare(project: string, folder: string): Promise<void> {
  const tsc = join(root, 'node_modules/typescript/bin/tsc')
  const info = join(folder, `${project}.tsbuildinfo`)
  const flags = ['--emitDeclarationOnly', '--outDir', folder, '--tsBuildInfoFile', info]
  await promisify(execFile)(process.execPath, [tsc, '-p', project, ...flags], { cwd: root })
}

/** The declarations of an entry: its own, and those it passes on, in its order. */
async function declarationsOf(folder: string, file: string): Promise<string[]> {
  const path = join(folder, `${file}.d.ts`)
  const text = await readFile(path, 'utf8')
  const found: string[] = []
  for (const [, names = '', from = ''] of text.matchAll(
    /^export (?:type )?\{([^}]*)\} from '([^']+)\.tsx?';$/gm,
  )) {
    const source = await readFile(join(dirname(path), `${from}.d.ts`), 'utf8')
    for (const name of names.split(','))
      if (name.trim() !== '') found.push(declarationOf(source, name.trim().replace(/^type /, '')))
  }
  for (const [, name = ''] of text.matchAll(/^export (?:declare )?[a-z]+ (\w+)/gm))
    found.push(declarationOf(text, name))
  return found
}

/** One declaration with its comment; what it takes from names that are not exported is written out. */
function declarationOf(source: string, name: string): string {
  const pattern = `^(?:/\\*\\*(?:(?!\\*/)[^])*\\*/\\n)?export (?:declare )?\\w+ ${name}\\b[^]*?[;}](?=\\n(?![ }])|$(?!\\n))`
  const [text] = new RegExp(pattern, 'm').exec(source) ?? []
  if (text === undefined) throw new Error(`no declaration of ${name}`)
  return text
    .replace(/^export (?:declare )?/m, '')
    .replace(/^ +#private;\n/m, '')
    .replace(/keyof typeof (\w+)/, (_, table: string) => keysOf(source, table).join(' | '))
    .replace(/ extends (\w+) \{/, (whole, base: string) => {
      const [, standard] =
        new RegExp(`^declare const ${base}: typeof (\\w+);$`, 'm').exec(source) ?? []
      return standard === undefined ? whole : ` extends ${standard} {`
    })
}

function keysOf(source: string, table: string): string[] {
  const [, members = ''] =
    new RegExp(`^declare const ${table}: \\{([^]*?)^\\};$`, 'm').exec(source) ?? []
  return [...members.matchAll(/^ {4}readonly (\w+):/gm)].map(([, key]) => `'${key}'`)
}
