import { Title } from '@mantine/core'
import type { ReactElement, ReactNode } from 'react'
import type { IconName } from '../shell/icon.tsx'
import { Icon } from '../shell/icon.tsx'

interface NoticeProps {
  readonly icon: IconName
  readonly title: string
  readonly children?: ReactNode
  readonly actions?: ReactNode
  /** Errors are told at once. */
  readonly alert?: boolean
}

/** Says what is the matter where a list or a page would be. */
export const Notice = ({
  icon,
  title,
  children,
  actions,
  alert = false,
}: NoticeProps): ReactElement => (
  <div className="state" {...(alert && { role: 'alert' })}>
    <span className="state-icon">
      <Icon name={icon} size={28} />
    </span>
    <Title order={2}>{title}</Title>
    {children}
    {actions !== undefined && <div className="state-actions">{actions}</div>}
  </div>
)
