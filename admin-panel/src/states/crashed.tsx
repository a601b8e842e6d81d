import { Button } from '@mantine/core'
import type { ErrorComponentProps } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { Card } from '../shell/card.tsx'
import { Page } from '../shell/page.tsx'
import { Notice } from './notice.tsx'

/** A page that failed to draw, or a chunk that did not arrive: a new version, or no network. */
export function Crashed({ error }: ErrorComponentProps): ReactElement {
  const { t } = useTranslation()
  return (
    <Page title={t('states.crashed')}>
      <Card>
        <Notice
          alert
          icon="warning"
          title={t('states.crashed_what')}
          actions={
            <Button
              variant="default"
              onClick={() => {
                location.reload()
              }}
            >
              {t('states.reload')}
            </Button>
          }
        >
          <p>{error instanceof Error ? error.message : String(error)}</p>
        </Notice>
      </Card>
    </Page>
  )
}
