import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import { describe, expect, it } from 'vitest'

const SDK = join(import.meta.dirname, '../../sdk/src')

/**
 * Entries together, after `esbuild --minify` and gzip, in kilobytes: what they may weigh today, and
 * what they are to weigh. A ceiling goes down with the code and never up.
 */
const entries: readonly (readonly [
  name: string,
  files: readonly string[],
  ceiling: number,
  wanted: number,
])[] = [
  ['.', ['index.ts'], 5.2, 2.9],
  ['./banner', ['banner/index.ts'], 5.2, 2.9],
  ['. and ./banner', ['index.ts', 'banner/index.ts'], 9.9, 5.5],
  ['./react', ['react/index.ts'], 0.6, 0.6],
  ['./server', ['server/index.ts'], 5.5, 1.5],
  ['./early', ['early.ts'], 0.4, 0.4],
]

async function sizeOf(files: readonly string[]): Promise<number> {
  const contents = files.map((file) => `export * from './${file}'`).join('\n')
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: SDK, loader: 'ts' },
    external: ['react', 'react/*', 'jose', 'node:*'],
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
  })
  return gzipSync(outputFiles[0]?.contents ?? '', { level: 9 }).length / 1000
}

describe('what has to be loaded', () => {
  it.each(entries)('of %s is within its ceiling', async (_, files, ceiling, wanted) => {
    expect(ceiling).toBeGreaterThanOrEqual(wanted)
    expect(await sizeOf(files)).toBeLessThanOrEqual(ceiling)
  })
})
