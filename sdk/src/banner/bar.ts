import type { ImpersonationSession } from '../impersonation.ts'
import { make } from './make.ts'
import type { Messages } from './messages.ts'
import { nameOf, plain } from './plain.ts'

export interface Bar {
  readonly root: ShadowRoot
  readonly section: HTMLElement
  /** Shows how many seconds are left. */
  count(seconds: number): void
}

const who = (role: string, name: string): string | Node => {
  const hook = `impersonation-${role}`
  return make('bdi', { 'data-testid': hook, dir: 'auto', translate: 'no', title: name }, name)
}

const details = (
  { actor, subject, mode, reason, ticket }: ImpersonationSession,
  words: Messages,
): Node[] => [
  make('span', {}, ...words.impersonating(who('subject', nameOf(subject)))),
  make('span', {}, ...words.signedInAs(who('actor', nameOf(actor)))),
  make('b', {}, words.modes[mode]),
  make('bdi', {}, plain([reason, ticket].filter(Boolean).join(' · '))),
]

/** The parts from the icon to the way out; without a session, as the pill, it has room for the last two only. */
export function bar(
  root: ShadowRoot,
  words: Messages,
  onEnd: () => void,
  session?: ImpersonationSession,
): Bar {
  const hook = session ? 'impersonation-' : 'impersonation-pill-'
  const time = make('time', { role: 'timer' })
  const end = make(
    'button',
    { 'data-testid': `${hook}end`, 'aria-keyshortcuts': 'Alt+Shift+E' },
    words.end,
  )
  end.addEventListener('click', onEnd)
  const section = make(
    'section',
    {
      'data-testid': `${hook}banner`,
      'aria-label': words.label,
      lang: words.lang,
      dir: words.dir,
      popover: 'manual',
    },
    make('i'),
    ...(session ? details(session, words) : []),
    time,
    end,
  )
  root.replaceChildren(section)
  return {
    root,
    section,
    count(seconds) {
      const text = `${Math.floor(seconds / 60)}:${`${seconds % 60}`.padStart(2, '0')}`
      time.textContent = words.left(text)
      section.classList.toggle('w', seconds <= 60)
    },
  }
}
