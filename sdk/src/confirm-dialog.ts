import type { ImpersonationSession } from './impersonation.ts'

/** Names come from elsewhere: clipped, and isolated so that none turns its surroundings around. */
const isolated = (name: string): string => `\u2068${name.slice(0, 99)}\u2069`

/** Asks whether the sign-in of this tab may give way; anything but a yes is a no. */
export function confirmInDialog({ actor, subject, app }: ImpersonationSession): Promise<boolean> {
  const dialog = document.createElement('dialog')
  const make = <K extends 'h2' | 'p' | 'form' | 'button'>(
    tag: K,
    text = '',
    parent: HTMLElement = dialog,
  ): HTMLElementTagNameMap[K] => {
    const element = document.createElement(tag)
    element.textContent = text
    parent.append(element)
    return element
  }
  const who = isolated(subject.email ?? subject.sub)
  const where = isolated(app.name ?? app.clientId)
  const by = isolated(actor.email ?? actor.sub)
  dialog.role = 'alertdialog'
  dialog.ariaLabel = make('h2', 'Impersonate?').textContent
  make('p', `You are signed in already. Continue in ${where} as ${who}, impersonated by ${by}?`)
  const form = make('form')
  form.method = 'dialog'
  // The first one has the focus: whoever just presses Enter says no.
  make('button', 'Cancel', form)
  make('button', 'Impersonate', form).value = 'yes'
  document.body.append(dialog)
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(dialog.returnValue === 'yes')
    })
  })
}
