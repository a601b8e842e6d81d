/** Safe to send. The class stays in this file, so no other code can pass a string off as markup. */
class Markup {
  readonly #text: string

  constructor(text: string) {
    this.#text = text
  }

  toString(): string {
    return this.#text
  }
}

export type Html = Markup

export type Interpolation = string | Html | readonly Interpolation[] | undefined | null | false

const ENTITIES: ReadonlyMap<string, string> = new Map([
  ['&', '&amp;'],
  ['<', '&lt;'],
  ['>', '&gt;'],
  ['"', '&quot;'],
  ["'", '&#39;'],
])

/**
 * Template tag: strings are escaped, `Html` is kept, arrays are joined; `undefined`, `null` and
 * `false` vanish.
 *
 * @throws TypeError when a value stands in an attribute without quotes
 */
export function html(chunks: TemplateStringsArray, ...values: readonly Interpolation[]): Html {
  const parts = chunks.map((chunk, index) => {
    if (index === values.length) return chunk
    refuseUnquoted(chunk)
    return chunk + render(values[index])
  })
  return new Markup(parts.join(''))
}

/**
 * Takes markup as it is. Only for what a library made: with a person's words in it this would be
 * cross-site scripting.
 */
export function trustedHtml(markup: string): Html {
  return new Markup(markup)
}

function render(value: Interpolation): string {
  if (value === undefined || value === null || value === false) return ''
  if (value instanceof Markup) return value.toString()
  if (typeof value === 'string') return escape(value)
  return value.map(render).join('')
}

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ENTITIES.get(character) ?? '')
}

// Attribute injection: in `<a title=${name}>` the name "x onclick=…" needs no character that
// escaping would catch.
function refuseUnquoted(chunk: string): void {
  if (/\s[\w:-]+=\s*$/.test(chunk))
    throw new TypeError('An attribute needs quotes around its value')
}
