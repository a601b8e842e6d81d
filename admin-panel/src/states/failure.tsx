import { Button, Code } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { Problem } from '../api/problem.ts'
import { Forbidden } from './forbidden.tsx'
import { Notice } from './notice.tsx'
import { useProblemWords } from './problem-words.ts'

interface FailureProps {
  readonly problem: Problem
  readonly retry?: () => void
}

/** What went wrong, why, what helps, and the id under which the log has it. */
export function Failure({ problem, retry }: FailureProps): ReactElement {
  const { t } = useTranslation()
  const words = useProblemWords()(problem)
  if (problem.code === 'ACCESS_MISSING') return <Forbidden problem={problem} />
  return (
    <Notice
      alert
      icon="warning"
      title={words.what}
      {...(retry !== undefined &&
        problem.code !== 'NOT_FOUND' && {
          actions: (
            <Button variant="default" onClick={retry}>
              {t('states.retry')}
            </Button>
          ),
        })}
    >
      <p>{words.why}</p>
      {words.hint !== '' && <p>{words.hint}</p>}
      {problem.requestId !== null && (
        <p>
          {t('states.request_id')} <Code>{problem.requestId}</Code>
        </p>
      )}
    </Notice>
  )
}
