import { Title } from '@mantine/core'
import type { ReactElement, ReactNode } from 'react'

interface CardProps {
  readonly title?: string
  readonly aside?: ReactNode
  readonly padded?: boolean
  readonly children: ReactNode
}

export const Card = ({ title, aside, padded = false, children }: CardProps): ReactElement => (
  <section className="card" aria-label={title}>
    {title !== undefined && (
      <div className="card-head">
        <Title order={2}>{title}</Title>
        {aside}
      </div>
    )}
    {padded ? <div className="card-body">{children}</div> : children}
  </section>
)
