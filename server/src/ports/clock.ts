/** Now, in epoch milliseconds. */
export type Clock = () => number

/** A fresh id `<prefix>_…`: at least 128 random bits, and sorting by id is sorting by `at`. */
export type NewId = (prefix: 'imp' | 'aud' | 'usr' | 'org' | 'crq' | 'mail', at: number) => string

/** Tells an operator that something which must not fail has failed; never throws. */
export type Alarm = (what: string, error: unknown) => void
