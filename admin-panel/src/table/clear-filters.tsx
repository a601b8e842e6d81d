import { Button } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'

interface ClearFiltersProps {
  readonly any: boolean
  readonly clear: () => void
}

export function ClearFilters({ any, clear }: ClearFiltersProps): ReactElement | null {
  const { t } = useTranslation()
  if (!any) return null
  return (
    <Button variant="subtle" color="gray" c="inherit" onClick={clear}>
      {t('states.clear_filters')}
    </Button>
  )
}
