import { Badge } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { Mode as ModeName } from '../api/impersonations.ts'

export function Mode({ mode }: { readonly mode: ModeName }): ReactElement {
  const { t } = useTranslation()
  return (
    <Badge variant="light" color={mode === 'full' ? 'red' : 'blue'} tt="none">
      {t(`mode.${mode}`)}
    </Badge>
  )
}
