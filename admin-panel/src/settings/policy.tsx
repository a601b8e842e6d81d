import { Code } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { duration } from '../time/duration.ts'

/** Every setting in force, by the name under which an operator changes it. */
export function Policy({
  policy,
}: {
  readonly policy: Readonly<Record<string, unknown>>
}): ReactElement {
  const { t, i18n } = useTranslation()
  return (
    <dl className="facts">
      {Object.entries(policy).map(([name, value]) => (
        <div key={name} style={{ display: 'contents' }}>
          <dt>
            <Code>{name}</Code>
          </dt>
          <dd>
            {shown(name, value, t)}
            {i18n.exists(`policy.${name}`) && (
              <span className="cell-sub">{t(`policy.${name}` as 'policy.require_mfa')}</span>
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function shown(name: string, value: unknown, t: ReturnType<typeof useTranslation>['t']): string {
  if (value === null) return t('settings.none')
  if (typeof value === 'boolean') return t(value ? 'settings.yes' : 'settings.no')
  if (typeof value === 'number') {
    return name.endsWith('_seconds') ? `${duration(value)} (${value} s)` : String(value)
  }
  if (Array.isArray(value)) return value.map(item).join(', ')
  return typeof value === 'string' ? value : JSON.stringify(value)
}

function item(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value)
  const { role, within } = value as { readonly role?: unknown; readonly within?: unknown }
  if (typeof role !== 'string') return JSON.stringify(value)
  return typeof within === 'string' ? `${role} (${within})` : role
}
