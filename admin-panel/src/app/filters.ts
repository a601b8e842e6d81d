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
  const search: Readonly<Record<string, string | undefined>> = useSearch({ strict: false })
  const navigate = useNavigate()
  const values = Object.fromEntries(
    names.flatMap((name) => (search[name] === undefined ? [] : [[name, search[name]]])),
  ) as Values<Name>
  const go = (next: Record<string, string | undefined>): void => {
    void navigate({ to: '.', search: next, replace: true, resetScroll: false })
  }
  return {
    values,
    any: Object.keys(values).length > 0,
    set: (changes) => {
      const next: Record<string, string | undefined> = { ...search, cursor: undefined }
      for (const [name, value] of Object.entries<string | null | undefined>(changes)) {
        next[name] = value === null || value === '' ? undefined : value
      }
      go(next)
    },
    clear: () => {
      const kept = Object.entries(search).filter(
        ([name]) => name !== 'cursor' && !(names as readonly string[]).includes(name),
      )
      go(Object.fromEntries(kept))
    },
  }
}
