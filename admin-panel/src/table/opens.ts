import type { MouseEvent } from 'react'

interface Opens {
  readonly className: string
  readonly onClick: (event: MouseEvent) => void
}

/** For the mouse, a whole row; the keyboard has the button in it. What is clickable in the row stays so. */
export const opens = (open: () => void): Opens => ({
  className: 'opens',
  onClick: ({ target }) => {
    if (target instanceof Element && target.closest('a, button') !== null) return
    // Who marks text to copy it does not mean to leave.
    if (getSelection()?.isCollapsed === false) return
    open()
  },
})
