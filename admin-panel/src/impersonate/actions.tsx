import { Alert, Button, Code, Group, Text } from '@mantine/core'
import type { ReactElement } from 'react'
import { useTranslation } from 'react-i18next'
import type { Problem } from '../api/problem.ts'
import { signInAddress } from '../app/links.ts'
import { useProblemWords } from '../states/problem-words.ts'
import type { Starting } from './use-start.ts'
import type { Verdict } from './use-verdict.ts'

interface ActionsProps {
  readonly verdict: Verdict
  readonly starting: Starting
  readonly onCancel: () => void
}

/** One thing to do next, with the reason when it cannot be done. */
export function Actions({ verdict, starting, onCancel }: ActionsProps): ReactElement {
  const { t } = useTranslation()
  const next = nextOf(verdict, starting)
  return (
    <div>
      {starting.problem !== null && <Refused problem={starting.problem} next={next.kind} />}
      <Group justify="flex-end" gap="sm">
        {verdict.why !== null && (
          <Text id="start-why" fz="sm" c="dimmed" className="grow" role="status">
            {verdict.why}
          </Text>
        )}
        <Button variant="default" onClick={onCancel}>
          {t('states.cancel')}
        </Button>
        <Button
          loading={starting.busy}
          disabled={next.kind === 'blocked'}
          aria-describedby={verdict.why === null ? undefined : 'start-why'}
          onClick={next.act}
        >
          {t(`impersonate.do_${next.kind}`)}
        </Button>
      </Group>
    </div>
  )
}

type Next = 'start' | 'blocked' | 'running' | 'factor'

function nextOf(
  { kind }: Verdict,
  { run, problem }: Starting,
): { readonly kind: Next; readonly act: () => void } {
  // A refusal is newer than the dry run.
  const refused = problem === null ? undefined : codes[problem.code]
  const next = refused ?? (kind === 'consent' ? 'blocked' : kind)
  const act = (): void => {
    if (next === 'factor') location.assign(signInAddress(true))
    else void run(next === 'running')
  }
  return { kind: next, act }
}

const codes: Readonly<Record<string, Next>> = {
  ALREADY_IMPERSONATING: 'running',
  MFA_REQUIRED: 'factor',
}

function Refused({
  problem,
  next,
}: {
  readonly problem: Problem
  readonly next: Next
}): ReactElement {
  const words = useProblemWords()(problem)
  return (
    <Alert
      role="alert"
      color={next === 'running' || next === 'factor' ? 'blue' : 'red'}
      title={words.what}
      mb="md"
    >
      {words.why} {words.hint}
      {problem.requestId !== null && (
        <Text fz="xs" mt={4}>
          <Code>{problem.requestId}</Code>
        </Text>
      )}
    </Alert>
  )
}
