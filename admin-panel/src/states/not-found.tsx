import { Button } from '@mantine/core'
import { Link } from '@tanstack/react-router'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { to } from '../app/links.ts'
import { Card } from '../shell/card.tsx'
import { Page } from '../shell/page.tsx'
import { Notice } from './notice.tsx'

export function NotFound(): ReactElement {
  const { t } = useTranslation()
  return (
    <Page title={t('states.not_found')}>
      <Card>
        <Notice
          icon="search"
          title={t('states.not_found_here')}
          actions={
            <Button
              variant="default"
              renderRoot={(props: object) => <Link to={to.overview} {...props} />}
            >
              {t('states.to_overview')}
            </Button>
          }
        >
          <p>{t('states.not_found_why')}</p>
        </Notice>
      </Card>
    </Page>
  )
}
