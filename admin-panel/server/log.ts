/** What the panel tells its operator. A pino logger is one. Never a token, a query or a body. */
export interface PanelLog {
  info(about: object, message: string): void
  warn(about: object, message: string): void
  error(about: object, message: string): void
}

const nothing = (): void => undefined

export const silentLog: PanelLog = { info: nothing, warn: nothing, error: nothing }

/** JSON lines, as the server writes them. */
export function createLineLog(write: (line: string) => void, clock: () => number): PanelLog {
  const at =
    (level: number) =>
    (about: object, msg: string): void => {
      const time = new Date(clock()).toISOString()
      write(`${JSON.stringify({ level, time, ...about, msg }, replaceErrors)}\n`)
    }
  return { info: at(30), warn: at(40), error: at(50) }
}

/**
 * What JSON would leave out of an error, and no more than this: what a library hangs on its errors
 * may be a whole token response.
 */
function replaceErrors(_: string, value: unknown): unknown {
  if (!(value instanceof Error)) return value
  const { name, message, stack, cause } = value
  const { code } = value as { code?: unknown }
  return { name, message, code, stack, ...(cause instanceof Error && { cause }) }
}
