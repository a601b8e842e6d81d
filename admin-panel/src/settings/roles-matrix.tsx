import { Code, Table, VisuallyHidden } from '@mantine/core'
import type { ReactElement, ReactNode } from 'react'
import { useTranslation } from 'react-i18next'
import { Access } from '../../tools/access.ts'
import type { RoleSetting } from '../api/settings.ts'
import { Icon } from '../shell/icon.tsx'

const accesses = Object.values(Access)

/** Who may do what in the panel, and whom the server lets impersonate. */
export function RolesMatrix({ roles }: { readonly roles: readonly RoleSetting[] }): ReactElement {
  const { t } = useTranslation()
  const line = (name: string, label: ReactNode, cell: (role: RoleSetting) => ReactNode) => (
    <Table.Tr key={name}>
      <Table.Th scope="row">{label}</Table.Th>
      {roles.map((role) => (
        <Table.Td key={role.role}>{cell(role)}</Table.Td>
      ))}
    </Table.Tr>
  )
  return (
    <div className="table-scroll" role="group" aria-label={t('settings.roles')} tabIndex={0}>
      <Table className="table" aria-label={t('settings.roles')}>
        <Head roles={roles} />
        <Table.Tbody>
          {line('signs_in', t('settings.signs_in'), ({ allowed }) => (
            <Mark yes={allowed} />
          ))}
          {accesses.map((access) =>
            line(
              access,
              <>
                {t(`access.${access}`)} <Code>{access}</Code>
              </>,
              (role) => <Mark yes={role.accesses.includes(access)} />,
            ),
          )}
          {line('impersonates', t('settings.impersonates'), (role) => (
            <Reach role={role} />
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

function Head({ roles }: { readonly roles: readonly RoleSetting[] }): ReactElement {
  const { t } = useTranslation()
  return (
    <Table.Thead>
      <Table.Tr>
        <Table.Th scope="col">{t('settings.access')}</Table.Th>
        {roles.map(({ role }) => (
          <Table.Th key={role} scope="col">
            {role}
          </Table.Th>
        ))}
      </Table.Tr>
    </Table.Thead>
  )
}

function Reach({ role }: { readonly role: RoleSetting }): ReactElement {
  const { t } = useTranslation()
  if (!role.may_impersonate) return <Mark yes={false} />
  return <>{t(role.within === null ? 'settings.everybody' : 'settings.own_organization')}</>
}

function Mark({ yes }: { readonly yes: boolean }): ReactElement {
  const { t } = useTranslation()
  return (
    <>
      {yes ? <Icon name="check" /> : <span aria-hidden="true">–</span>}
      <VisuallyHidden>{t(yes ? 'settings.yes' : 'settings.no')}</VisuallyHidden>
    </>
  )
}
