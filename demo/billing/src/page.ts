/** The page as the server made it: found by id, filled by text. Nobody's name can become markup. */
export function at<E extends HTMLElement = HTMLElement>(id: string): E | null {
  return document.querySelector<E>(`#${id}`)
}

export function write(id: string, text: string): void {
  const element = at(id)
  if (element !== null) element.textContent = text
}

/** What stands on the page for `in`, `out` or `loading`; the server sends it as loading. */
export function show(state: 'loading' | 'in' | 'out'): void {
  for (const part of document.querySelectorAll<HTMLElement>('[data-state]'))
    part.hidden = part.dataset['state'] !== state
}

/** A copy of a template of the page, with texts put where `data-field` names them. */
export function fill(template: string, texts: Readonly<Record<string, string>>): HTMLElement {
  const content = at<HTMLTemplateElement>(template)?.content.cloneNode(true)
  const element = (content as DocumentFragment).firstElementChild as HTMLElement
  for (const field of element.querySelectorAll<HTMLElement>('[data-field]'))
    field.textContent = texts[field.dataset['field'] ?? ''] ?? ''
  return element
}
