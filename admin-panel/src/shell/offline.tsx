import { useNetwork } from '@mantine/hooks'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'

export function Offline(): ReactElement | null {
  const { t } = useTranslation()
  const { online } = useNetwork()
  if (online) return null
  return (
    <div className="offline-bar" role="status">
      {t('states.offline')}
    </div>
  )
}
