import type { ReactElement } from 'react'
import type { App } from '../api/apps.ts'
import type { Started } from '../api/start.ts'
import type { User } from '../api/users.ts'
import { Hidden } from './hidden.tsx'
import { Links } from './links.tsx'

interface StartedPanelProps {
  readonly user: User
  readonly app: App
  readonly secret: Started | null
  readonly onHide: () => void
  readonly onClose: () => void
}

export const StartedPanel = (props: StartedPanelProps): ReactElement =>
  props.secret === null ? (
    <Hidden app={props.app} user={props.user} onClose={props.onClose} />
  ) : (
    <Links user={props.user} app={props.app} secret={props.secret} onHide={props.onHide} />
  )
