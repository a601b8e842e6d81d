import { DisableWhileReadOnly } from '@understudy/sdk/react'
import type { ReactNode } from 'react'
import { useApp } from './app-context.ts'

export interface ActionProps {
  readonly children: string
  /** Makes the change; what it gives is said when it is done. */
  readonly run: () => Promise<string>
  readonly isQuiet?: boolean
  readonly testId?: string
}

/**
 * A button that changes something. While read-only it looks shut, but it can still be reached and
 * pressed, and then says why nothing happens: a dead button would not.
 */
export function Action({ children, run, isQuiet = false, testId }: ActionProps): ReactNode {
  const { say } = useApp()
  const press = async (): Promise<void> => {
    try {
      say(await run())
    } catch (error) {
      say((error as Error).message)
    }
  }
  return (
    <DisableWhileReadOnly>
      {(isReadOnly: boolean) => (
        <button
          type="button"
          className={isQuiet ? 'button quiet' : 'button'}
          aria-disabled={isReadOnly}
          data-testid={testId}
          onClick={() => void press()}
        >
          {children}
        </button>
      )}
    </DisableWhileReadOnly>
  )
}
