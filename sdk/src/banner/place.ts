const HEIGHT = '--impersonation-banner-height'

/** Puts the host back into the body, first there, and the page below the bar: moved, not covered. */
export function place(host: HTMLElement, { offsetHeight }: HTMLElement): void {
  if (host.parentNode !== document.body) document.body.prepend(host)
  host.inert = false
  host.ariaHidden = null
  const { style } = document.documentElement
  const height = `${offsetHeight}px`
  style.setProperty(HEIGHT, height)
  style.setProperty('margin-top', height, 'important')
}

/** Gives the page its place back. */
export function unplace(): void {
  const { style } = document.documentElement
  style.removeProperty(HEIGHT)
  style.removeProperty('margin-top')
}
