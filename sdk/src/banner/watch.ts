/**
 * Calls `check` now, each second, and soon after what may have changed what can be seen.
 * Never at once: an app that removes the banner whenever it appears would otherwise never come to rest.
 *
 * @returns a function that stops it.
 */
export function watch(host: HTMLElement, check: () => void, onChange?: () => void): () => void {
  let soon = 0
  // A script in the head may run before there is a body.
  const run = (): void => {
    if (document.body) check()
  }
  const later = (): void => {
    onChange?.()
    soon ||= setTimeout(() => {
      soon = 0
      run()
    }, 50)
  }
  const mutations = new MutationObserver(later)
  mutations.observe(document, {
    childList: true,
    subtree: true,
    attributeFilter: ['open', 'inert'],
  })
  const sight = new IntersectionObserver(later)
  sight.observe(host)
  // Popovers open without a change of the document.
  addEventListener('toggle', later, true)
  const every = setInterval(run, 1000)
  run()
  return () => {
    mutations.disconnect()
    sight.disconnect()
    removeEventListener('toggle', later, true)
    clearInterval(every)
    clearTimeout(soon)
  }
}
