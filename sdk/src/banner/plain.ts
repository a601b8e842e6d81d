interface Person {
  readonly sub: string
  readonly email: string | null
  readonly name: string | null
}

/** Text somebody else chose: without the characters that turn others around, and not longer than anyone reads. */
export const plain = (text: string): string =>
  [...text.replaceAll(/\p{Bidi_Control}/gu, '')].slice(0, 120).join('')

/** What a person is called in the banner. */
export const nameOf = ({ email, name, sub }: Person): string => plain(email ?? name ?? sub)
