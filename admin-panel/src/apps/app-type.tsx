import { Badge } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { App } from '../api/apps.ts'

export function AppType({ type }: { readonly type: App['type'] }): ReactElement {
  const { t } = useTranslation()
  return (
    <Badge variant="light" color={type === 'spa' ? 'blue' : 'gray'} tt="none">
      {t(`apps.type_${type}`)}
    </Badge>
  )
}
