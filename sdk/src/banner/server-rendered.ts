import type { ImpersonationSession } from '../impersonation.ts'
import { showEnd } from './ended.ts'
import { make } from './make.ts'
import type { Messages } from './messages.ts'
import { show } from './shown.ts'
import { dress } from './styles.ts'

const person = (email = ''): ImpersonationSession['actor'] => ({ sub: email, email, name: null })

/** Shows in a shadow root what the attributes of its host say, of an impersonation that runs since `begin`. */
export function followAttributes(
  root: ShadowRoot,
  { actor, subject, mode, expiresIn, endAction = '' }: DOMStringMap,
  begin: number,
  words: Messages,
): void {
  const remaining = (): number => Number(expiresIn) * 1000 + begin - performance.now()
  const session = {
    id: '',
    actor: person(actor),
    subject: person(subject),
    mode: mode === 'full' ? mode : 'read_only',
    remaining,
  } as ImpersonationSession
  const end = (): void => {
    const inputs = root.host.querySelectorAll('input')
    const form = make('form', { method: 'post', action: endAction, hidden: '' }, ...inputs)
    document.body.append(form)
    form.submit()
  }
  const stop = show(dress(root), words, session, end, () => {})
  setTimeout(() => {
    stop()
    showEnd(root, words, 'expired', '/')
  }, remaining())
}
