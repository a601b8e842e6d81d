import { TextInput } from '@mantine/core'
import type { ReactElement } from 'react'

interface MomentFieldProps {
  readonly label: string
  /** ISO 8601, UTC. */
  readonly value: string | undefined
  readonly onChange: (value: string | null) => void
}

/** A moment in local time; the address and the server have it in UTC. */
export const MomentField = ({ label, value, onChange }: MomentFieldProps): ReactElement => (
  <TextInput
    className="toolbar-field"
    type="datetime-local"
    label={label}
    value={value === undefined ? '' : localOf(value)}
    onChange={(event) => {
      const typed = new Date(event.currentTarget.value)
      onChange(Number.isNaN(typed.getTime()) ? null : typed.toISOString())
    }}
  />
)

function localOf(utc: string): string {
  const at = new Date(utc)
  if (Number.isNaN(at.getTime())) return ''
  return new Date(at.getTime() - at.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
