/** Shorter names are too many people's to be taken for misspelt ones. */
const SHORTEST = 8
const MOST_EDITS = 2
/** Of a word this short, more than one letter that differs makes another word. */
const SHORT_WORD = 4

/** What other programs call their settings, although it looks like ours. */
const OTHERS: ReadonlySet<string> = new Set([
  'ACCESS_TOKEN',
  'DEFAULT_CODE',
  'DEFAULT_MODEL',
  'DEFAULT_NODE',
])

/**
 * Variables that look like a setting of the policy and are none: one that is misspelt would silently
 * leave the door as it was.
 *
 * @param settings the names that are known.
 * @returns a line for each, with the name that is meant where that can be told.
 */
export function misspeltVariables(
  names: readonly string[],
  settings: readonly string[],
): readonly string[] {
  return names.flatMap((name) => {
    if (settings.includes(name) || OTHERS.has(name)) return []
    const meant = settings.find((known) => isMeant(name, known))
    if (meant !== undefined) return [`${name} is not a known setting: is ${meant} meant?`]
    return /^IMPERSONAT(?:ION|OR|E)_/.test(name) ? [`${name} is not a known setting`] : []
  })
}

function isMeant(name: string, known: string): boolean {
  if (name.length < SHORTEST) return false
  if (name.startsWith(`${known}_`) || known.startsWith(`${name}_`)) return true
  if (Math.abs(name.length - known.length) > MOST_EDITS) return false
  const [words, knownWords] = [name.split('_'), known.split('_')]
  const differing = knownWords.filter((word, index) => word !== words[index])
  const isOneShortWord =
    words.length === knownWords.length &&
    differing.length === 1 &&
    (differing[0] ?? '').length <= SHORT_WORD
  return editsBetween(name, known) <= (isOneShortWord ? 1 : MOST_EDITS)
}

/** Letters to add, drop or replace, and neighbours to swap (optimal string alignment). */
function editsBetween(one: string, other: string): number {
  const rows: number[][] = [Array.from({ length: other.length + 1 }, (_, column) => column)]
  for (let row = 1; row <= one.length; row++) {
    const line = [row]
    for (let column = 1; column <= other.length; column++) {
      const isSame = one[row - 1] === other[column - 1]
      const isSwapped = one[row - 1] === other[column - 2] && one[row - 2] === other[column - 1]
      line[column] = Math.min(
        at(rows, row - 1, column) + 1,
        (line[column - 1] ?? Infinity) + 1,
        at(rows, row - 1, column - 1) + (isSame ? 0 : 1),
        isSwapped ? at(rows, row - 2, column - 2) + 1 : Infinity,
      )
    }
    rows.push(line)
  }
  return at(rows, one.length, other.length)
}

const at = (rows: readonly (readonly number[])[], row: number, column: number): number =>
  rows[row]?.[column] ?? Infinity
