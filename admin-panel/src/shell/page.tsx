import { Title } from '@mantine/core'
import type { ReactElement, ReactNode } from 'react'

interface PageProps {
  readonly title: string
  readonly lead?: ReactNode
  /** The way back up. */
  readonly crumb?: ReactNode
  readonly actions?: ReactNode
  readonly children: ReactNode
}

/** What every page has: one H1, the same as in the browser's tab. */
export const Page = ({ title, lead, crumb, actions, children }: PageProps): ReactElement => (
  <div className="page">
    <title>{`${title} · Understudy`}</title>
    <div className="page-head">
      <div>
        {crumb !== undefined && <span className="crumb">{crumb}</span>}
        <Title order={1}>{title}</Title>
        {lead !== undefined && <div className="page-lead">{lead}</div>}
      </div>
      {actions}
    </div>
    {children}
  </div>
)
