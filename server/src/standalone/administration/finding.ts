/** What a look at one thing has found. */
export interface Finding {
  readonly check: string
  /** `fail` keeps a server from working, or from starting in production. */
  readonly level: 'ok' | 'warn' | 'fail'
  /** What is so. */
  readonly detail: string
  /** What helps, where something is wrong. */
  readonly hint: string | null
}

export const fine = (check: string, detail: string): Finding => ({
  check,
  level: 'ok',
  detail,
  hint: null,
})

export const wrong = (check: string, detail: string, hint: string): Finding => ({
  check,
  level: 'fail',
  detail,
  hint,
})

export const unwise = (check: string, detail: string, hint: string): Finding => ({
  check,
  level: 'warn',
  detail,
  hint,
})

export const messageOf = (error: unknown): string => {
  if (error instanceof AggregateError && error.message === '') return messageOf(error.errors[0])
  if (!(error instanceof Error)) return String(error)
  return error.cause === undefined ? error.message : `${error.message}: ${messageOf(error.cause)}`
}
