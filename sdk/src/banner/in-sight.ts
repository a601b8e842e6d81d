/** What is lower than that cannot be read. */
const LOWEST = 10

/**
 * Whether a person can see and reach the names and the way out in a shadow root: rendered, of a size
 * to be read, inside the viewport, covered by nothing. Being in the top layer spares it the rest.
 */
export const inSight = ({ host, children: [section] }: ShadowRoot): boolean =>
  section !== undefined &&
  section.checkVisibility() &&
  [...section.querySelectorAll('span bdi,button')].every((part) => {
    const { x, y, width, height } = part.getBoundingClientRect()
    const found = document.elementFromPoint(x + width / 2, y + height / 2)
    return found === host && height >= LOWEST
  })
