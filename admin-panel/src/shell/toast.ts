import { notifications } from '@mantine/notifications'
import i18next from 'i18next'
import type { ReactNode } from 'react'

interface Toast {
  readonly title?: string
  readonly color?: string
  readonly message: ReactNode
}

export function toast(about: Toast): void {
  notifications.show({
    color: 'amber',
    closeButtonProps: { 'aria-label': i18next.t('states.close') },
    ...about,
  })
}
