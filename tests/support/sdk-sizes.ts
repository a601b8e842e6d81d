import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import type { BuildResult } from 'esbuild'
import { build } from 'esbuild'

const SDK = join(import.meta.dirname, '../../sdk/src')

type Built = BuildResult<{ metafile: true; write: false }>

/** Bytes of entries together, after `esbuild --minify` and gzip. */
export interface Sizes {
  /** Loaded with the page. */
  readonly atOnce: number
  /** With what follows when an impersonation arrives. */
  readonly inAll: number
  /** How much of it each source file is, by its share of the minified text. */
  readonly parts: ReadonlyMap<string, number>
}

export async function sizesOf(files: readonly string[]): Promise<Sizes> {
  const built = await build({
    stdin: {
      contents: files.map((file) => `export * from './${file}'`).join('\n'),
      resolveDir: SDK,
      sourcefile: 'entry.ts',
      loader: 'ts',
    },
    external: ['react', 'react/*', 'jose', 'node:*'],
    absWorkingDir: SDK,
    outdir: SDK,
    entryNames: 'entry',
    bundle: true,
    splitting: true,
    minify: true,
    write: false,
    metafile: true,
    format: 'esm',
    target: 'es2022',
  })
  const weights = new Map(
    built.outputFiles.map(({ path, contents }) => [
      path.slice(SDK.length + 1),
      gzipSync(contents, { level: 9 }).length,
    ]),
  )
  const weigh = (names: Iterable<string>): number =>
    [...names].reduce((sum, name) => sum + (weights.get(name) ?? 0), 0)
  return {
    atOnce: weigh(loadedWith('entry.js', built)),
    inAll: weigh(weights.keys()),
    parts: partsOf(built, weights),
  }
}

/** An output and what it imports, apart from what it imports later. */
function loadedWith(name: string, built: Built, known: Set<string> = new Set()): Set<string> {
  known.add(name)
  for (const { path, kind } of built.metafile.outputs[name]?.imports ?? [])
    if (kind === 'import-statement' && !known.has(path)) loadedWith(path, built, known)
  return known
}

function partsOf({ metafile }: Built, weights: ReadonlyMap<string, number>): Map<string, number> {
  const parts = new Map<string, number>()
  for (const [name, { inputs, bytes }] of Object.entries(metafile.outputs))
    for (const [path, { bytesInOutput }] of Object.entries(inputs))
      parts.set(path, (bytesInOutput / bytes) * (weights.get(name) ?? 0))
  return parts
}
