import type { Impersonation } from '../impersonation.ts'
import type { Bar } from './bar.ts'
import { inSight } from './in-sight.ts'
import { place } from './place.ts'
import { raise } from './ring.ts'
import type { speaker } from './speaker.ts'

/** Puts everything where it belongs now, and reports whether it can be seen. */
export function upkeep(
  impersonation: Impersonation,
  main: Bar,
  pill: Bar,
  frame: HTMLElement,
  { say, regions }: ReturnType<typeof speaker>,
): { check: () => void; report: (now: boolean) => void } {
  const { host } = main.root
  let above: readonly Element[] = []
  let raised: Element | undefined
  let seen: boolean | undefined
  const report = (now: boolean): void => {
    if (now !== seen) impersonation.setBannerVisible(now)
    seen = now
  }
  return {
    report,
    check() {
      const left = impersonation.state.session?.remaining() ?? 0
      const seconds = Math.max(0, Math.round(left / 1000))
      main.count(seconds)
      pill.count(seconds)
      // A live region is heard when it changes, not when it appears.
      if (seen !== undefined) say(seconds)
      place(host as HTMLElement, main.section)
      // While a modal dialog is open nothing outside of it can be clicked or heard.
      const top = [...document.querySelectorAll('dialog:modal')].at(-1)
      const { root, section } = top ? pill : main
      if (!top) pill.root.host.remove()
      else if (!top.contains(pill.root.host)) top.append(pill.root.host)
      if (regions[0]?.parentNode !== root) root.append(...regions)
      const opened = [...document.querySelectorAll(':popover-open,dialog:modal')]
      const isBelow = opened.some((element) => !above.includes(element))
      if (isBelow || raised !== section || !inSight(root)) [section, frame].forEach(raise)
      above = opened
      raised = section
      report(inSight(root))
    },
  }
}
