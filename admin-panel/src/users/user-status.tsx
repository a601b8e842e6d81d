import { Badge } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { User } from '../api/users.ts'

export function UserStatus({ status }: { readonly status: User['status'] }): ReactElement {
  const { t } = useTranslation()
  return (
    <Badge variant="light" tt="none" color={status === 'active' ? 'green' : 'red'}>
      {t(`users.${status}`)}
    </Badge>
  )
}
