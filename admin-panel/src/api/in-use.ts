const signs = ['pointerdown', 'keydown', 'wheel', 'focus'] as const

/** How long after it a request may still be due to what somebody did. */
const AFTER_MS = 5000

/** Opening the page is something somebody did. */
let last = Date.now()

for (const sign of signs) {
  globalThis.addEventListener?.(
    sign,
    () => {
      last = Date.now()
    },
    { passive: true, capture: true },
  )
}

/** Whether somebody is at it, rather than the page refreshing itself. */
export const isInUse = (): boolean => Date.now() - last < AFTER_MS
