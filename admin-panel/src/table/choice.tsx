import { NativeSelect } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'

interface ChoiceProps {
  readonly label: string
  readonly value: string | undefined
  readonly options: readonly { readonly value: string; readonly label: string }[]
  readonly onChoose: (value: string | null) => void
}

/** A filter with few values; the system's own list is the most accessible there is. */
export function Choice({ label, value, options, onChoose }: ChoiceProps): ReactElement {
  const { t } = useTranslation()
  const given = value ?? ''
  // A value from a colleague's link that this panel does not know is shown rather than dropped.
  const odd = given !== '' && !options.some((option) => option.value === given)
  return (
    <NativeSelect
      className="toolbar-field"
      label={label}
      value={given}
      data={[
        { value: '', label: t('table.any') },
        ...options,
        ...(odd ? [{ value: given, label: given }] : []),
      ]}
      onChange={(event) => {
        const chosen = event.currentTarget.value
        onChoose(chosen === '' ? null : chosen)
      }}
    />
  )
}
