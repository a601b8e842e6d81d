import { afterAll, afterEach, beforeAll, beforeEach, vi } from 'vitest'
import type { Booted } from './boot.ts'
import { boot } from './boot.ts'
import type { Cast } from './cast.ts'
import { castOf } from './cast.ts'
import { assertInvariants } from './invariants.ts'
import { clearStage, roomy } from './scene.ts'

/**
 * A server with room, for all tests of the block it is called in. Each begins with nothing running
 * and the clock of the machine, and leaves the invariants as they have to be.
 */
export function onScene(
  database: 'sqlite' | 'postgres',
  enter: (scene: { readonly booted: Booted; readonly cast: Cast }) => void,
): void {
  let booted: Booted
  let cast: Cast
  beforeAll(async () => {
    booted = await boot({ database, env: roomy })
    cast = castOf(booted)
    enter({ booted, cast })
  })
  beforeEach(() => clearStage(booted))
  afterEach(() => vi.useRealTimers())
  afterEach(() => assertInvariants(booted, cast))
  afterAll(() => booted.close())
}
