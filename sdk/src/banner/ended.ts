import type { EndReason } from '../impersonation.ts'
import { make } from './make.ts'
import type { Messages } from './messages.ts'
import { watch } from './watch.ts'

/** Replaces the page, customer's data included, by what ended it and a way back. Returns what stops guarding it. */
export function showEnd(
  root: ShadowRoot,
  { lang, dir, ended, causes, back }: Messages,
  reason: EndReason,
  href: string,
): () => void {
  const host = root.host as HTMLElement
  const heading = make('h1', { tabindex: '-1' }, ended)
  root.replaceChildren(
    make(
      'main',
      { lang, dir },
      make('div', { role: 'alert' }, heading, causes[reason]),
      make('a', { href }, back),
    ),
  )
  document.title = ended
  const stop = watch(host, () => {
    const { body } = document
    // An app that still runs may draw again what it knows.
    if (body.childNodes.length !== 1 || body.firstChild !== host) body.replaceChildren(host)
  })
  heading.focus()
  return stop
}
