/** Milliseconds on a clock that nobody can set, and that goes on from page to page. */
export const clock = (): number => performance.timeOrigin + performance.now()
