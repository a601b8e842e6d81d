import { Button, Menu } from '@mantine/core'
import type { ReactElement } from 'react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Params } from '../api/list.ts'
import { isProblem, Problem } from '../api/problem.ts'
import { address, download } from '../api/request.ts'
import { Icon } from '../shell/icon.tsx'
import { ProblemDialog } from '../states/problem-dialog.tsx'
import { StepUp } from '../states/step-up.tsx'
import { save } from './save.ts'

const formats = ['csv', 'ndjson'] as const

/** Saves what the filters show, all pages of it. Needs a fresh second factor. */
export function ExportMenu({ filters }: { readonly filters: Params }): ReactElement {
  const { t } = useTranslation()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const run = async (format: (typeof formats)[number]): Promise<void> => {
    setBusy(true)
    try {
      save(await download(address('/api/audit-events/export', { ...filters, format })), format)
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }
  const close = (): void => {
    setProblem(null)
  }
  const needsFactor = isProblem(problem, 'MFA_REQUIRED')
  return (
    <>
      <Menu position="bottom-end" shadow="md">
        <Menu.Target>
          <Button variant="default" loading={busy} rightSection={<Icon name="chevron" />}>
            {t('audit.export')}
          </Button>
        </Menu.Target>
        <Menu.Dropdown>
          {formats.map((format) => (
            <Menu.Item key={format} onClick={() => void run(format)}>
              {format.toUpperCase()}
            </Menu.Item>
          ))}
        </Menu.Dropdown>
      </Menu>
      <StepUp opened={needsFactor} onClose={close} why={t('audit.export_factor')} />
      <ProblemDialog problem={needsFactor ? null : problem} onClose={close} />
    </>
  )
}
