import type { DestinationStream, Logger } from 'pino'
import pino from 'pino'
import { escapeUnseen } from '../index.ts'

/** As much as waits for a destination that takes nothing, say a full disk. */
const WAITING_AT_MOST = 1024 * 1024

/**
 * Standard output. A log that cannot be written costs lines, never the service: the first failure is
 * said on standard error, and what does not fit into the buffer meanwhile is lost.
 */
function standardOutput(): DestinationStream {
  const destination = pino.destination({ dest: 1, sync: true, maxLength: WAITING_AT_MOST })
  let told = false
  destination.on('error', (error: Error) => {
    if (told) return
    told = true
    process.stderr.write(`understudy: the log cannot be written: ${error.message}\n`)
  })
  return destination
}

/**
 * No more of an error than this: a parser hangs the bytes of the request on its errors, which may be
 * a body, and other libraries whole connections, which cannot be written as JSON.
 */
function plainError(error: unknown): unknown {
  if (!(error instanceof Error)) return error
  const { type, message, stack } = pino.stdSerializers.err(error)
  return { type, message, stack }
}

/**
 * JSON lines on standard output; what could open a door is replaced before it is written.
 *
 * @param onAlarm told of each line with `alarm: true`.
 */
export const createLog = (
  level: string,
  to: DestinationStream = standardOutput(),
  onAlarm: () => void = () => undefined,
): Logger =>
  pino(
    {
      level,
      hooks: {
        logMethod(line, method) {
          const [about] = line as [unknown]
          if ((about as { readonly alarm?: unknown } | null)?.alarm === true) onAlarm()
          method.apply(this, line)
        },
      },
      base: null,
      serializers: { err: plainError },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: {
        paths: [
          'authorization',
          'cookie',
          'token',
          'refresh_token',
          'password',
          'secret',
          'code',
        ].flatMap((name) => [name, `*.${name}`, `*.*.${name}`]),
        censor: '[redacted]',
      },
    },
    {
      write(line) {
        to.write(escapeUnseen(line))
      },
    },
  )
