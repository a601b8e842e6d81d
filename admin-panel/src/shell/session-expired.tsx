import { Button, Modal, Text } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { Me } from '../api/me.ts'
import { ME } from '../api/me.ts'
import { signInAddress } from '../app/links.ts'

/** Over the page as it is: filters are in the address, and what was typed is kept. */
export function SessionExpired({ opened }: { readonly opened: boolean }): ReactElement {
  const { t } = useTranslation()
  const client = useQueryClient()
  // Who never was signed in sees the sign-in instead.
  const was = client.getQueryData<Me>(ME) !== undefined
  return (
    <Modal
      opened={opened && was}
      onClose={() => undefined}
      withCloseButton={false}
      closeOnEscape={false}
      closeOnClickOutside={false}
      title={t('session.expired')}
      centered
      zIndex={600}
    >
      <Text mb="lg">{t('session.expired_why')}</Text>
      <Button
        fullWidth
        data-autofocus
        onClick={() => {
          location.assign(signInAddress())
        }}
      >
        {t('session.sign_in_again')}
      </Button>
    </Modal>
  )
}
