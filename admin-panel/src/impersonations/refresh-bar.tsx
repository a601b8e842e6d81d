import { Button, Group } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import { Icon } from '../shell/icon.tsx'
import { timeOfDay } from '../time/moment.tsx'

interface RefreshBarProps {
  readonly paused: boolean
  readonly busy: boolean
  readonly updatedAt: number
  readonly onToggle: () => void
}

/** When the list was read, and whether it is read again by itself. */
export function RefreshBar({ paused, busy, updatedAt, onToggle }: RefreshBarProps): ReactElement {
  const { t, i18n } = useTranslation()
  return (
    <Group gap={10} className="toolbar-end hint-line">
      <span
        className="refreshing"
        {...(paused && { 'data-paused': true })}
        {...(busy && { 'data-busy': true })}
      />
      <span>
        {t(paused ? 'impersonations.paused' : 'impersonations.every_30_s')}
        {updatedAt > 0 &&
          ` · ${t('impersonations.updated', { time: timeOfDay(updatedAt, i18n.language) })}`}
      </span>
      <Button
        size="compact-sm"
        variant="default"
        leftSection={<Icon name={paused ? 'play' : 'pause'} size={14} />}
        onClick={onToggle}
      >
        {t(paused ? 'impersonations.resume' : 'impersonations.pause')}
      </Button>
    </Group>
  )
}
