/**
 * Whether a person can see and reach the names and the way out in a shadow root: rendered, inside the viewport, covered by nothing.
 * Only what lets the pointer through can still lie over them.
 */
export function inSight({ host, children: [section] }: ShadowRoot): boolean {
  return (
    section !== undefined &&
    section.checkVisibility({ opacityProperty: true }) &&
    [...section.querySelectorAll('span bdi,button')].every((part) => {
      const { x, y, width, height } = part.getBoundingClientRect()
      return document.elementFromPoint(x + width / 2, y + height / 2) === host
    })
  )
}
