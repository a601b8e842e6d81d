export const HEIGHT = '--impersonation-banner-height'

/** Puts the host where it belongs: into the body, and first there if the bar cannot be seen where it is. */
export function place(host: HTMLElement, section: HTMLElement, first: boolean): void {
  const { body, documentElement } = document
  if (host.parentNode !== body || (first && body.firstChild !== host)) body.prepend(host)
  host.inert = false
  host.ariaHidden = null
  // A sticky bar leaves with a body that ends above the fold (`height: 100%`); then it must be fixed.
  section.classList.toggle('f', scrollY > 0 && body.getBoundingClientRect().bottom < 99)
  documentElement.style.setProperty(HEIGHT, `${section.offsetHeight}px`)
}
