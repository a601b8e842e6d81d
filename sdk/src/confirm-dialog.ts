import type { ImpersonationSession } from './impersonation.ts'

/** Names come from elsewhere: clipped, and isolated so that none turns its surroundings around. */
const isolated = (name: string): string => `\u2068${name.slice(0, 99)}\u2069`

/** Asks whether the sign-in of this tab may give way; anything but a yes is a no. */
export function confirmInDialog({ actor, subject, app }: ImpersonationSession): Promise<boolean> {
  const dialog = document.createElement('dialog')
  const make = (tag: string, text: string): HTMLElement => {
    const element = document.createElement(tag)
    element.textContent = text
    dialog.append(element)
    return element
  }
  const who = isolated(subject.email ?? subject.sub)
  const where = isolated(app.name ?? app.clientId)
  const by = isolated(actor.email ?? actor.sub)
  dialog.role = 'alertdialog'
  dialog.ariaLabel = make('h2', 'Impersonate?').textContent
  make('p', `You are signed in already. Continue in ${where} as ${who}, impersonated by ${by}?`)
  const form = make('form', '') as HTMLFormElement
  form.method = 'dialog'
  // The first one has the focus: whoever just presses Enter says no.
  for (const text of ['Cancel', 'Impersonate']) {
    const choice = make('button', text) as HTMLButtonElement
    choice.value = text
    form.append(choice)
  }
  document.body.append(dialog)
  dialog.showModal()
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      dialog.remove()
      resolve(dialog.returnValue === 'Impersonate')
    })
  })
}
