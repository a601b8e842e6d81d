import type { ReactElement } from 'react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Impersonation } from '../api/impersonations.ts'
import { useImpersonations } from '../api/impersonations.ts'
import type { User } from '../api/users.ts'
import { ImpersonationList } from '../impersonations/impersonation-list.tsx'
import { RecordDrawer } from '../impersonations/record-drawer.tsx'
import { RevokeDialog } from '../impersonations/revoke-dialog.tsx'
import { Notice } from '../states/notice.tsx'
import { useFilters } from '../app/filters.ts'
import { COUNTED_PAGE } from '../table/page-params.ts'

export function UserImpersonations({ user }: { readonly user: User }): ReactElement {
  const { t } = useTranslation()
  const [open, setOpen] = useState<string>()
  const [revoking, setRevoking] = useState<Impersonation | null>(null)
  const { values } = useFilters(['cursor'])
  const query = useImpersonations({ ...values, subject: user.sub, ...COUNTED_PAGE })
  return (
    <>
      <ImpersonationList
        paged
        active={false}
        query={query}
        empty={
          <Notice icon="impersonations" title={t('user.no_impersonations')}>
            <p>{t('impersonations.none_why')}</p>
          </Notice>
        }
        onOpen={setOpen}
        onRevoke={setRevoking}
      />
      <RecordDrawer
        id={open}
        onClose={() => {
          setOpen(undefined)
        }}
      />
      <RevokeDialog
        one={revoking}
        onClose={() => {
          setRevoking(null)
        }}
      />
    </>
  )
}
