/**
 * What is looked for in `account_text.text`, where everything stands in lower case with two blanks
 * before each word. Less than three characters make no trigram, unless they begin a word.
 */
export function needleOf(q: string): string {
  const lower = q.toLowerCase().replaceAll(' ', '  ')
  return [...lower].length < 3 ? `  ${lower}` : lower
}

/** For `match` in SQLite's FTS5: without positions it finds single trigrams, so all of them. */
export function matchesOf(needle: string): string {
  const characters = [...needle]
  const trigrams = characters
    .slice(0, -2)
    .map((_, index) => characters.slice(index, index + 3).join(''))
  return [...new Set(trigrams)].map((trigram) => `"${trigram.replaceAll('"', '""')}"`).join(' AND ')
}

/** For `like`, whose wildcards are nothing special to who searches. */
export const patternOf = (needle: string): string =>
  `%${needle.replaceAll(/[\\%_]/g, (found) => `\\${found}`)}%`
