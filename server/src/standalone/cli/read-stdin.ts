import { text } from 'node:stream/consumers'

/** All of standard input without the line end that `echo` and editors add. */
export const readStdin = async (): Promise<string> =>
  (await text(process.stdin)).replace(/\r?\n$/, '')
