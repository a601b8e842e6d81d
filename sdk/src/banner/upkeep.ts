import type { Bar } from './bar.ts'
import { inSight } from './in-sight.ts'
import { place } from './place.ts'
import { raise } from './ring.ts'

/** Gives a function that puts everything where it belongs now, and says whether it can be seen. */
export function upkeep(
  main: Bar,
  pill: Bar,
  frame: HTMLElement,
  regions: readonly HTMLElement[],
): () => boolean {
  const small = pill.root.host
  let above: readonly Element[] = []
  let raised: Element | undefined
  return () => {
    place(main.root.host as HTMLElement, main.section)
    // While a modal dialog is open nothing outside of it can be clicked or heard.
    const top = [...document.querySelectorAll('dialog:modal')].at(-1)
    const { root, section } = top ? pill : main
    if (!top) small.remove()
    else if (!top.contains(small)) top.append(small)
    if (regions[0]?.parentNode !== root) root.append(...regions)
    const opened = [...document.querySelectorAll(':popover-open,dialog:modal')]
    const isBelow = opened.some((element) => !above.includes(element))
    if (isBelow || raised !== section || !inSight(root)) [section, frame].forEach(raise)
    above = opened
    raised = section
    return inSight(root)
  }
}
