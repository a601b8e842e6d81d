import type { ImpersonationSession } from '../impersonation.ts'
import { make } from './make.ts'
import { nameOf } from './plain.ts'

/** The double ring around the viewport with the watermark. */
export const ring = ({ actor, subject, id }: ImpersonationSession): HTMLElement =>
  make('div', {
    popover: 'manual',
    'aria-hidden': 'true',
    'data-text': `${nameOf(actor)} → ${nameOf(subject)} ${id} \u2003`.repeat(150),
  })

/** What entered the top layer last lies on top; also above what an app shows full screen. */
export function raise(element: HTMLElement): void {
  element.hidePopover()
  element.showPopover()
}
