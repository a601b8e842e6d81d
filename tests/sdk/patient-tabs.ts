import type { BrowserContext } from 'playwright-core'

/**
 * A tab gives the others 200 ms to say what they have. A machine that is busy or stands still for a
 * moment may need longer, which is not what these tests are about: here it is a second and a half.
 */
export const patientTabs = (context: BrowserContext): Promise<unknown> =>
  context.addInitScript(() => {
    const own = window.setTimeout
    const patient = (run: () => void, after?: number): number =>
      own(run, after === 200 ? 1500 : after)
    Object.assign(window, { setTimeout: patient })
  })
