const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** Safe to send. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Value = string | Markup | readonly Markup[]

/** Template tag: strings are escaped, markup is kept. Attributes need quotes around their values. */
export function html(chunks: TemplateStringsArray, ...values: readonly Value[]): Markup {
  const parts = chunks.map((chunk, index) => chunk + render(values[index] ?? ''))
  return new Markup(parts.join(''))
}

function render(value: Value): string {
  if (typeof value === 'string') return escaped(value)
  return value instanceof Markup ? value.text : value.map(render).join('')
}

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"']/g, (character) => ENTITIES[character] ?? '')
