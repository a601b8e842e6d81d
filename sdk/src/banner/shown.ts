import type { ImpersonationSession } from '../impersonation.ts'
import { bar } from './bar.ts'
import { make } from './make.ts'
import { marks } from './marks.ts'
import type { Messages } from './messages.ts'
import { unplace } from './place.ts'
import { nameOf } from './plain.ts'
import { ring } from './ring.ts'
import { speaker } from './speaker.ts'
import { dress } from './styles.ts'
import { upkeep } from './upkeep.ts'
import { watch } from './watch.ts'

const startOf = (session: ImpersonationSession, words: Messages): string =>
  [
    ...words.impersonating(nameOf(session.subject)),
    ', ',
    ...words.signedInAs(nameOf(session.actor)),
    '. ',
  ].join('')

/** Puts bar, ring and title in place and keeps them there, until the function it returns takes them away. */
export function show(
  root: ShadowRoot,
  words: Messages,
  session: ImpersonationSession,
  end: () => void,
  setVisible: (visible: boolean) => void,
  favicon?: string,
): () => void {
  let isVisible: boolean | undefined
  const report = (now: boolean): void => {
    if (now !== isVisible) setVisible(now)
    isVisible = now
  }
  const main = bar(root, words, end, session)
  const pill = bar(dress(make('div').attachShadow({ mode: 'open' })), words, end)
  const frame = ring(session)
  const voice = speaker(words, startOf(session, words))
  root.append(frame, ...voice.regions)
  const page = marks(words.title, favicon)
  const check = upkeep(main, pill, frame, voice.regions)
  const onKey = (event: KeyboardEvent): void => {
    if (event.altKey && event.shiftKey && event.code === 'KeyE') end()
  }
  addEventListener('keydown', onKey, true)
  const keep = (): void => {
    page.keep()
    const seconds = Math.max(0, Math.round(session.remaining() / 1000))
    main.count(seconds)
    pill.count(seconds)
    // A live region is heard when it changes, not when it appears.
    if (isVisible !== undefined) voice.say(seconds)
    report(check())
  }
  const unwatch = watch(main.section, keep, () => {
    if (!root.host.isConnected) report(false)
  })
  return () => {
    unwatch()
    removeEventListener('keydown', onKey, true)
    page.undo()
    pill.root.host.remove()
    root.host.remove()
    unplace()
    report(false)
  }
}
