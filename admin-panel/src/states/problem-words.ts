import { useTranslation } from 'react-i18next'
import type { Problem } from '../api/problem.ts'

interface ProblemWords {
  readonly what: string
  readonly why: string
  readonly hint: string
}

/** A code of the server in the reader's language; the server's own sentence for one nobody knows. */
export function useProblemWords(): (problem: Problem) => ProblemWords {
  const { t, i18n } = useTranslation()
  return ({ code, message }) => {
    const part = (name: string): string | null => {
      const key = `problems.${code}.${name}`
      return i18n.exists(key) ? t(key as 'problems.other.what') : null
    }
    return {
      what: part('what') ?? t('problems.other.what'),
      why: part('why') ?? message,
      hint: part('hint') ?? '',
    }
  }
}
