import type { DestinationStream, Logger } from 'pino'
import pino from 'pino'

/**
 * JSON lines on standard output; what could open a door is replaced before it is written.
 *
 * @param onAlarm told of each line with `alarm: true`.
 */
export const createLog = (
  level: string,
  to: DestinationStream = pino.destination(1),
  onAlarm: () => void = () => undefined,
): Logger =>
  pino(
    {
      level,
      hooks: {
        logMethod(line, method) {
          const [about] = line as [unknown]
          if (typeof about === 'object' && about !== null && 'alarm' in about) onAlarm()
          method.apply(this, line)
        },
      },
      base: null,
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
    to,
  )
