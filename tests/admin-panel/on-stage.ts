import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import type { SignedIn, Stage, Window } from './ui-stage.ts'
import { openStage, openWindow, signedIn } from './ui-stage.ts'

/** What the tests of one file share: a stage, and for each of them a fresh window. */
export interface OnStage {
  readonly stage: Stage
  /** Root, as signed in once for the file. */
  readonly root: SignedIn
  readonly context: BrowserContext
  readonly page: Page
  readonly complaints: readonly string[]
  /** Another window instead of the one there is, signed in when told as whom. */
  enter(state?: SignedIn): Promise<void>
  open(path: string): Promise<unknown>
}

/** Call it once, where the file begins. Each test starts with a window of root's. */
export function onStage(): OnStage {
  const shared: Partial<Pick<OnStage, 'stage' | 'root'> & Window> = {}
  // Inside of a test everything is there.
  const there = shared as Omit<OnStage, 'enter' | 'open'>
  const enter = async (state?: SignedIn): Promise<void> => {
    await shared.context?.close()
    Object.assign(shared, await openWindow(there.stage, state))
  }
  beforeAll(async () => {
    Object.assign(shared, { stage: await openStage() })
    Object.assign(shared, { root: await signedIn(there.stage) })
  })
  beforeEach(() => enter(there.root))
  afterAll(() => shared.stage?.close())
  const open: OnStage['open'] = (path) => there.page.goto(there.stage.panel + path)
  return Object.assign(there, { enter, open })
}
