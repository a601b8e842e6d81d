import { Drawer } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { useImpersonation } from '../api/impersonations.ts'
import { Loaded } from '../states/loaded.tsx'
import { RecordFacts } from './record-facts.tsx'
import { RecordTimeline } from './record-timeline.tsx'

interface RecordDrawerProps {
  readonly id: string | undefined
  readonly onClose: () => void
}

/** One impersonation from start to end, with everything that was done in it. */
export function RecordDrawer({ id, onClose }: RecordDrawerProps): ReactElement {
  const { t } = useTranslation()
  return (
    <Drawer
      opened={id !== undefined}
      onClose={onClose}
      position="right"
      size="lg"
      title={t('impersonations.record')}
      closeButtonProps={{ 'aria-label': t('states.close') }}
    >
      {id !== undefined && <OneRecord id={id} />}
    </Drawer>
  )
}

function OneRecord({ id }: { readonly id: string }): ReactElement {
  const query = useImpersonation(id)
  return (
    <Loaded query={query}>
      {(record) => (
        <>
          <RecordFacts record={record} />
          <RecordTimeline record={record} />
        </>
      )}
    </Loaded>
  )
}
