import { useNavigate, useSearch } from '@tanstack/react-router'

type Values<Name extends string> = Readonly<Partial<Record<Name, string>>>

interface Filters<Name extends string> {
  readonly values: Values<Name>
  /** Sets some, clears those set to `null`, and goes back to the first page. */
  readonly set: (changes: Readonly<Partial<Record<Name, string | null>>>) => void
  readonly clear: () => void
  readonly any: boolean
}

/** Filters live in the address, so that they survive a reload and can be sent to a colleague. */
export function useFilters<Name extends string>(names: readonly Name[]): Filters<Name> {
  const search: Search = useSearch({ strict: false })
  const navigate = useNavigate()
  const values = Object.fromEntries(
    names.flatMap((name) => (search[name] === undefined ? [] : [[name, search[name]]])),
  ) as Values<Name>
  // From what the address is by then: another filter may be on its way into it.
  const go = (change: (now: Search) => Search): void => {
    void navigate({ to: '.', search: change, replace: true, resetScroll: false })
  }
  return {
    values,
    any: Object.keys(values).length > 0,
    set: (changes) => {
      go((now) => ({ ...now, cursor: undefined, ...blankless(changes) }))
    },
    clear: () => {
      go((now) => ({ ...now, cursor: undefined, ...unset(names) }))
    },
  }
}

type Search = Readonly<Record<string, string | undefined>>

const blankless = (changes: Readonly<Record<string, string | null | undefined>>): Search =>
  Object.fromEntries(
    Object.entries(changes).map(([name, value]) => [
      name,
      value === null || value === '' ? undefined : value,
    ]),
  )

const unset = (names: readonly string[]): Search =>
  Object.fromEntries(names.map((name) => [name, undefined]))
