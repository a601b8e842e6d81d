import { useTranslation } from 'react-i18next'

/** As far as the server counts; what is beyond is "10,000+". */
const COUNTED = 10_000

interface Range {
  /** Place of the first row; `null` when nobody knows. */
  readonly first: number | null
  readonly count: number
  readonly total: number | null
  readonly isLast: boolean
}

/** "1–25 of 4,812", as far as it is known. */
export function useRange({ first, count, total, isLast }: Range): string {
  const { t, i18n } = useTranslation()
  const number = (value: number): string => value.toLocaleString(i18n.language)
  const last = first === null ? null : first + count - 1
  // The last page knows it by itself.
  const end = isLast ? (last ?? total) : total
  if (end === null) {
    if (first === null || last === null) return t('table.count', { count })
    return t('table.range', { first: number(first), last: number(last) })
  }
  const all = end > COUNTED ? `${number(COUNTED)}+` : number(end)
  if (first === null || last === null)
    return t('table.some_of', { some: number(count), total: all })
  return t('table.range_of', { first: number(first), last: number(last), total: all })
}
