import { Group, Radio } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'

interface ModeChoiceProps {
  readonly name: string
  readonly value?: string
  readonly onChange: (mode: string) => void
}

export function ModeChoice({ name, value, onChange }: ModeChoiceProps): ReactElement {
  const { t } = useTranslation()
  return (
    <Radio.Group label={t('impersonate.mode')} value={value ?? null} onChange={onChange}>
      <Group gap="xl" mt={8}>
        {(['read_only', 'full'] as const).map((mode) => (
          <Radio
            key={mode}
            value={mode}
            label={t(`mode.${mode}`)}
            description={t(`impersonate.mode_${mode}`, { name })}
          />
        ))}
      </Group>
    </Radio.Group>
  )
}
