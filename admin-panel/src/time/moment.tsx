import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'

interface MomentProps {
  readonly at: string | null
  /** What stands there for a moment that never was. */
  readonly never?: string
}

/** A moment in the reader's own time; UTC, as the records have it, in the tooltip. */
export function Moment({ at, never = '–' }: MomentProps): ReactElement {
  const { i18n } = useTranslation()
  if (at === null) return <span>{never}</span>
  const utc = `${at.slice(0, 19).replace('T', ' ')} UTC`
  return (
    <time dateTime={at} title={utc}>
      {local(at, i18n.language)}
    </time>
  )
}

const local = (at: string, language: string): string =>
  new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  }).format(new Date(at))

/** The time of day, for "updated at". */
export const timeOfDay = (at: number, language: string): string =>
  new Intl.DateTimeFormat(language === 'en' ? 'en-GB' : language, { timeStyle: 'medium' }).format(
    at,
  )
