import { availableParallelism } from 'node:os'
import { defineConfig, type ViteUserConfig } from 'vitest/config'

const config: ViteUserConfig = defineConfig({
  test: {
    include: ['tests/**/*.test.ts'],
    exclude: ['tests/bench/**', '**/node_modules/**'],
    globalSetup: ['tests/support/postgres-setup.ts'],
    reporters: ['default'],
    // Processes, not threads: native modules and signals behave as in production, and a crash costs one file.
    pool: 'forks',
    // All workers share one PostgreSQL, whose connections are counted.
    maxWorkers: Math.min(availableParallelism(), 8),
    // A machine that is busy takes its time; no test waits for these.
    testTimeout: 90_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 15_000 } },
    // Node gives modules no `__dirname` or `require` either.
    injectCjsGlobals: false,
  },
})

export default config
