import { startTable } from './demo/start-table.ts'
import type { RunningServer } from './start-server.ts'

/** What a start says to the person who started it. */
export const announcement = ({ parts, demo, leftOut }: RunningServer): string =>
  demo === null
    ? `Understudy is running at ${parts.server.issuer}\n`
    : `\n${startTable(demo, parts.settings, leftOut)}\n`
