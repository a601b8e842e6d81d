import { Button, Group, Modal, Text } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { Impersonation } from '../api/impersonations.ts'
import { useEnding } from '../shell/use-ending.tsx'

interface RevokeDialogProps {
  readonly one: Impersonation | null
  readonly onClose: () => void
}

export function RevokeDialog({ one, onClose }: RevokeDialogProps): ReactElement {
  const { t } = useTranslation()
  const { end, busy } = useEnding()
  return (
    <Modal
      opened={one !== null}
      onClose={onClose}
      title={t('impersonations.revoke_title')}
      centered
      closeButtonProps={{ 'aria-label': t('states.close') }}
    >
      {one !== null && (
        <>
          <Text mb="lg">
            {t('impersonations.revoke_what', {
              actor: one.actor.email ?? one.actor.sub,
              subject: one.subject.email ?? one.subject.sub,
              app: one.app.name ?? one.app.client_id,
            })}
          </Text>
          <Group justify="flex-end">
            <Button variant="default" onClick={onClose} data-autofocus>
              {t('states.cancel')}
            </Button>
            <Button
              color="red"
              loading={busy}
              onClick={() => {
                void end(one.id, onClose)
              }}
            >
              {t('impersonations.revoke')}
            </Button>
          </Group>
        </>
      )}
    </Modal>
  )
}
