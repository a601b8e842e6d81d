import { Button, Menu } from '@mantine/core'
import { useQueryClient } from '@tanstack/react-query'
import type { ReactElement } from 'react'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import type { Params } from '../api/list.ts'
import type { Me } from '../api/me.ts'
import { ownSession } from '../api/me.ts'
import { isProblem, Problem } from '../api/problem.ts'
import { address } from '../api/request.ts'
import { Icon } from '../shell/icon.tsx'
import { ProblemDialog } from '../states/problem-dialog.tsx'
import { StepUp } from '../states/step-up.tsx'
import { save } from './save.ts'

const formats = ['csv', 'ndjson'] as const

/** Seconds; some less than the server's, for clocks that differ a little. */
const FRESH_SECONDS = 290

/** Saves what the filters show, all pages of it. Needs a fresh second factor. */
export function ExportMenu({ filters }: { readonly filters: Params }): ReactElement {
  const { t } = useTranslation()
  const { check, busy, problem, forget } = useFreshFactor()
  const run = async (format: (typeof formats)[number]): Promise<void> => {
    if (await check()) save(address('/api/audit-events/export', { ...filters, format }))
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
      <StepUp opened={needsFactor} onClose={forget} why={t('audit.export_factor')} />
      <ProblemDialog problem={needsFactor ? null : problem} onClose={forget} />
    </>
  )
}

interface FreshFactor {
  /** Whether the server would give the file; otherwise `problem` says why not. */
  readonly check: () => Promise<boolean>
  readonly busy: boolean
  readonly problem: Problem | null
  readonly forget: () => void
}

/** A download has no page to say what is wrong with it; so it is asked before. */
function useFreshFactor(): FreshFactor {
  const client = useQueryClient()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const check = async (): Promise<boolean> => {
    setBusy(true)
    try {
      const { mfa_at: at } = await client.query<Me>({ ...ownSession, staleTime: 0 })
      const isFresh = at !== null && Date.now() - Date.parse(at) < FRESH_SECONDS * 1000
      if (!isFresh) setProblem(new Problem(403, 'MFA_REQUIRED'))
      return isFresh
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      setProblem(error)
      return false
    } finally {
      setBusy(false)
    }
  }
  return { check, busy, problem, forget: () => setProblem(null) }
}
