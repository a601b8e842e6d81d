/** What the messages to one endpoint are signed with. */
export interface SigningSecrets {
  readonly current: string
  /** The one before, while receivers may still know no other; `until` in epoch milliseconds. */
  readonly previous: { readonly secret: string; readonly until: number } | null
}

/** As it is sealed: the secret, and after a rotation `<secret>@<until>` of the one before. */
export const textOf = ({ current, previous }: SigningSecrets): string =>
  previous === null ? current : `${current} ${previous.secret}@${previous.until}`

export function secretsIn(text: string): SigningSecrets {
  const [current = '', before] = text.split(' ')
  const [secret, until] = before?.split('@') ?? []
  const previous = secret === undefined ? null : { secret, until: Number(until) }
  return { current, previous }
}

export const inForce = ({ current, previous }: SigningSecrets, now: number): readonly string[] =>
  previous !== null && previous.until > now ? [current, previous.secret] : [current]
