import { Badge } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { AuditEvent } from '../api/audit-events.ts'

const colours = { success: 'green', denied: 'red', failure: 'orange' } as const

export function Outcome({ outcome }: { readonly outcome: AuditEvent['outcome'] }): ReactElement {
  const { t } = useTranslation()
  return (
    <Badge variant="light" color={colours[outcome]} tt="none">
      {t(`audit.${outcome}`)}
    </Badge>
  )
}
