import type { DestinationStream, Logger } from 'pino'
import pino from 'pino'

/** JSON lines on standard output; what could open a door is replaced before it is written. */
export const createLog = (level: string, to: DestinationStream = pino.destination(1)): Logger =>
  pino(
    {
      level,
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
