import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { Role } from '../../tools/access.ts'
import { useFilters } from '../app/filters.ts'
import { Choice } from '../table/choice.tsx'
import { ClearFilters } from '../table/clear-filters.tsx'
import { SearchField } from '../table/search-field.tsx'

export const userFilters = ['q', 'status', 'role', 'organization'] as const

const roles = Object.values(Role).map((role) => ({ value: role, label: role }))

export function UsersFilters(): ReactElement {
  const { t } = useTranslation()
  const { values, set, clear, any } = useFilters(userFilters)
  return (
    <div className="toolbar" role="search" aria-label={t('users.title')}>
      <SearchField
        main
        className="toolbar-grow"
        label={t('users.search')}
        placeholder={t('users.search_hint')}
        value={values.q ?? ''}
        onSearch={(q) => {
          set({ q })
        }}
      />
      <Choice
        label={t('users.status')}
        value={values.status}
        options={[
          { value: 'active', label: t('users.active') },
          { value: 'disabled', label: t('users.disabled') },
        ]}
        onChoose={(status) => {
          set({ status })
        }}
      />
      <Choice
        label={t('users.role')}
        value={values.role}
        options={roles}
        onChoose={(role) => {
          set({ role })
        }}
      />
      <OrganizationField />
      <ClearFilters any={any} clear={clear} />
    </div>
  )
}

/** Only when somebody came by an organisation's name: nobody knows its id by heart. */
function OrganizationField(): ReactElement | null {
  const { t } = useTranslation()
  const { values, set } = useFilters(userFilters)
  if (values.organization === undefined) return null
  return (
    <SearchField
      label={t('users.organization_id')}
      value={values.organization}
      onSearch={(organization) => {
        set({ organization })
      }}
    />
  )
}
