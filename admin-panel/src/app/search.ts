type Search = Record<string, string>

/** Plain `name=value`, as people type it; the router would rather have JSON. */
export const parseSearch = (text: string): Search =>
  Object.fromEntries(new URLSearchParams(text.replace(/^\?/, '')))

export function stringifySearch(search: Readonly<Record<string, unknown>>): string {
  const set = Object.entries(search).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string' && entry[1] !== '',
  )
  return set.length === 0 ? '' : `?${new URLSearchParams(set).toString()}`
}
