import type { UseFormReturnType } from '@mantine/form'
import { useForm } from '@mantine/form'
import { useEffect } from 'react'
import type { App } from '../api/apps.ts'
import { firstChoice } from '../apps/eligible.ts'
import type { Mode } from '../api/impersonations.ts'
import type { Wish } from '../api/start.ts'
import type { User } from '../api/users.ts'
import { useConsents } from '../api/users.ts'
import { keepDraft, readDraft } from './draft.ts'

export interface Fields {
  readonly app: string
  readonly mode: Mode
  readonly reason: string
  readonly ticket: string
}

interface ImpersonateFormState {
  readonly form: UseFormReturnType<Fields>
  readonly app: App | undefined
  readonly wish: Wish
  /** Apps the user has allowed; `null` while nobody knows. */
  readonly consented: ReadonlySet<string> | null
}

/** The fields, as they were before a second factor if there was one. */
export function useImpersonateForm(user: User, apps: readonly App[]): ImpersonateFormState {
  const consents = useConsents(user.sub)
  const consented =
    consents.data === undefined
      ? null
      : new Set(consents.data.items.filter((one) => one.revoked_at === null).map((one) => one.app))
  const form = useForm<Fields>({
    initialValues: readDraft(user.sub) ?? {
      app: firstChoice(apps)?.client_id ?? '',
      mode: 'read_only',
      reason: '',
      ticket: '',
    },
  })
  const { app, mode, reason, ticket } = form.values
  useEffect(() => {
    keepDraft({ sub: user.sub, app, mode, reason, ticket })
  }, [user.sub, app, mode, reason, ticket])
  return {
    form,
    app: apps.find((one) => one.client_id === app) ?? apps[0],
    wish: {
      mode,
      ...(reason.trim() !== '' && { reason: reason.trim() }),
      ...(ticket.trim() !== '' && { ticket: ticket.trim() }),
    },
    consented,
  }
}
