import { Button, Group, Modal, Text } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { signInAddress } from '../app/links.ts'

interface StepUpProps {
  readonly opened: boolean
  readonly onClose: () => void
  readonly why: string
}

/** Leaves for a fresh second factor, and comes back to this address. */
export function StepUp({ opened, onClose, why }: StepUpProps): ReactElement {
  const { t } = useTranslation()
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      title={t('states.factor')}
      centered
      closeButtonProps={{ 'aria-label': t('states.close') }}
    >
      <Text mb="lg">{why}</Text>
      <Group justify="flex-end">
        <Button variant="default" onClick={onClose}>
          {t('states.cancel')}
        </Button>
        <Button
          data-autofocus
          onClick={() => {
            location.assign(signInAddress(true))
          }}
        >
          {t('states.confirm_factor')}
        </Button>
      </Group>
    </Modal>
  )
}
