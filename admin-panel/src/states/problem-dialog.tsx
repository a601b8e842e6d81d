import { Modal } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { Problem } from '../api/problem.ts'
import { Failure } from './failure.tsx'

interface ProblemDialogProps {
  readonly problem: Problem | null
  readonly onClose: () => void
}

/** For what was asked by a button, and has no place of its own on the page. */
export function ProblemDialog({ problem, onClose }: ProblemDialogProps): ReactElement | null {
  const { t } = useTranslation()
  if (problem === null) return null
  return (
    <Modal
      opened
      onClose={onClose}
      centered
      title={t('states.problem')}
      closeButtonProps={{ 'aria-label': t('states.close') }}
    >
      <Failure problem={problem} />
    </Modal>
  )
}
