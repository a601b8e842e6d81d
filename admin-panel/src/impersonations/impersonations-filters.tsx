import type { ReactElement, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { useFilters } from '../app/filters.ts'
import { ClearFilters } from '../table/clear-filters.tsx'
import { SearchField } from '../table/search-field.tsx'

export const impersonationFilters = ['actor', 'subject', 'app'] as const

export function ImpersonationsFilters({ end }: { readonly end: ReactNode }): ReactElement {
  const { t } = useTranslation()
  const { values, set, clear, any } = useFilters(impersonationFilters)
  return (
    <div className="toolbar" role="search" aria-label={t('impersonations.title')}>
      {impersonationFilters.map((name) => (
        <SearchField
          key={name}
          label={t(`impersonations.${name}_id`)}
          value={values[name] ?? ''}
          onSearch={(id) => {
            set({ [name]: id })
          }}
        />
      ))}
      <ClearFilters any={any} clear={clear} />
      {end}
    </div>
  )
}
