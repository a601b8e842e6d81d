import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useFilters } from '../app/filters.ts'
import { Choice } from '../table/choice.tsx'
import { ClearFilters } from '../table/clear-filters.tsx'
import { SearchField } from '../table/search-field.tsx'
import { actions } from './actions.ts'
import { MomentField } from './moment-field.tsx'

export const auditFilters = [
  'from',
  'to',
  'action',
  'outcome',
  'actor',
  'subject',
  'app',
  'impersonation',
] as const

const outcomes = ['success', 'denied', 'failure'] as const
const ids = ['actor', 'subject', 'app', 'impersonation'] as const

export function AuditFilters(): ReactElement {
  const { t } = useTranslation()
  const { values, set, clear, any } = useFilters(auditFilters)
  return (
    <div className="toolbar toolbar-grid" role="search" aria-label={t('audit.title')}>
      {(['from', 'to'] as const).map((name) => (
        <MomentField
          key={name}
          label={t(`audit.${name}`)}
          value={values[name]}
          onChange={(at) => {
            set({ [name]: at })
          }}
        />
      ))}
      <Choice
        label={t('audit.action')}
        value={values.action}
        options={actions.map((action) => ({ value: action, label: action }))}
        onChoose={(action) => {
          set({ action })
        }}
      />
      <Choice
        label={t('audit.outcome')}
        value={values.outcome}
        options={outcomes.map((outcome) => ({ value: outcome, label: t(`audit.${outcome}`) }))}
        onChoose={(outcome) => {
          set({ outcome })
        }}
      />
      <IdFields />
      <ClearFilters any={any} clear={clear} />
    </div>
  )
}

function IdFields(): ReactElement {
  const { t } = useTranslation()
  const { values, set } = useFilters(auditFilters)
  return (
    <>
      {ids.map((name) => (
        <SearchField
          key={name}
          label={t(`audit.${name}_id`)}
          value={values[name] ?? ''}
          onSearch={(id) => {
            set({ [name]: id })
          }}
        />
      ))}
    </>
  )
}
