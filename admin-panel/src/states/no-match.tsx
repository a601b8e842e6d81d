import { Button } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { Notice } from './notice.tsx'

export function NoMatch({ clear }: { readonly clear: () => void }): ReactElement {
  const { t } = useTranslation()
  return (
    <Notice
      icon="search"
      title={t('states.no_match')}
      actions={
        <Button variant="default" onClick={clear}>
          {t('states.clear_filters')}
        </Button>
      }
    >
      <p>{t('states.no_match_why')}</p>
    </Notice>
  )
}
