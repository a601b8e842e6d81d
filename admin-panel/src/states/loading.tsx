import { Skeleton, VisuallyHidden } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { Late } from './late.tsx'

/** Grey lines in place of what is on its way. */
export function Loading({ lines = 6 }: { readonly lines?: number }): ReactElement {
  const { t } = useTranslation()
  return (
    <div className="card-body" aria-busy="true">
      <Late>
        <VisuallyHidden role="status">{t('states.loading')}</VisuallyHidden>
        {Array.from({ length: lines }, (_, line) => (
          <Skeleton key={line} height={18} mb={16} width={line % 3 === 2 ? '62%' : '100%'} />
        ))}
      </Late>
    </div>
  )
}
