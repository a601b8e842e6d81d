/** Fainter than that is hidden. */
const FAINTEST = 0.5

/**
 * Whether a person can see and reach the names and the way out in a shadow root: rendered, not faded,
 * inside the viewport, covered by nothing. Filters, and what lets the pointer through, go unnoticed.
 */
export function inSight({ host, children: [section] }: ShadowRoot): boolean {
  return (
    section !== undefined &&
    section.checkVisibility() &&
    opacityAround(host) >= FAINTEST &&
    [...section.querySelectorAll('span bdi,button')].every((part) => {
      const { x, y, width, height } = part.getBoundingClientRect()
      return document.elementFromPoint(x + width / 2, y + height / 2) === host
    })
  )
}

/** The host itself has no box, so its own opacity is none. */
function opacityAround({ parentElement }: Element): number {
  if (!parentElement) return 1
  return Number(getComputedStyle(parentElement).opacity) * opacityAround(parentElement)
}
