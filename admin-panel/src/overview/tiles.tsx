import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { Statistics } from '../api/statistics.ts'

const names = ['active', 'started_24h', 'ended_24h', 'denied_24h', 'users'] as const

export function Tiles({ statistics }: { readonly statistics: Statistics }): ReactElement {
  const { t, i18n } = useTranslation()
  return (
    <dl className="tiles">
      {names.map((name) => (
        <div key={name} className="card tile">
          <dt>{t(`overview.${name}`)}</dt>
          <dd>{statistics[name].toLocaleString(i18n.language)}</dd>
        </div>
      ))}
    </dl>
  )
}
