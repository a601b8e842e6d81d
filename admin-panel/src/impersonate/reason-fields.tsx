import { Textarea, TextInput } from '@mantine/core'
import type { UseFormReturnType } from '@mantine/form'
import type { ReactElement } from 'react'
import { useEffect, useRef } from 'react'
import { useTranslation } from 'react-i18next'
import type { Fields } from './use-impersonate-form.ts'

interface ReasonFieldsProps {
  readonly form: UseFormReturnType<Fields>
  readonly required: boolean
}

export function ReasonFields({ form, required }: ReasonFieldsProps): ReactElement {
  const { t } = useTranslation()
  const reason = useRef<HTMLTextAreaElement>(null)
  // The dialog looks for what to focus when it opens, which is sooner than the apps are known.
  useEffect(() => {
    reason.current?.focus()
  }, [])
  return (
    <>
      <Textarea
        label={t('impersonate.reason')}
        description={t('impersonate.reason_hint')}
        required={required}
        rows={2}
        maxLength={500}
        data-autofocus
        ref={reason}
        {...form.getInputProps('reason')}
      />
      <TextInput
        label={t('impersonate.ticket')}
        description={t('impersonate.ticket_hint')}
        maxLength={200}
        {...form.getInputProps('ticket')}
      />
    </>
  )
}
