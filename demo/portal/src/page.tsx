import type { ReactNode } from 'react'
import { useEffect, useRef } from 'react'
import type { Loaded } from './use-loaded.ts'

export interface PageProps<T> {
  readonly title: string
  readonly intro?: string
  readonly loaded: Loaded<T>
  readonly children: (data: T) => ReactNode
}

let isFirst = true

/** One view: its heading, which has the focus after a step to it, and its content once it is there. */
export function Page<T>({ title, intro, loaded, children }: PageProps<T>): ReactNode {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => {
    document.title = `${title} · Acme Portal`
    if (!isFirst) heading.current?.focus()
    isFirst = false
  }, [title])
  return (
    <>
      <div>
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {intro === undefined ? null : <p className="muted">{intro}</p>}
      </div>
      {content(loaded, children)}
    </>
  )
}

function content<T>(
  { data, problem, reload }: Loaded<T>,
  children: (data: T) => ReactNode,
): ReactNode {
  if (data !== null) return children(data)
  if (problem === null) return <div className="card placeholder" aria-busy="true" />
  return (
    <div className="alert" role="alert">
      <h2>This cannot be shown right now</h2>
      <p>{problem}</p>
      <p>
        <button type="button" className="button quiet small" onClick={() => void reload()}>
          Try again
        </button>
      </p>
    </div>
  )
}
