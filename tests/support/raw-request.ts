import { connect } from 'node:net'
import type { Booted } from './boot.ts'

export interface RawAnswer {
  readonly status: number
  /** Status line and headers as they came over the wire. */
  readonly head: string
  readonly body: string
}

/** Sends a request to the letter: no client in between that would tidy it up. */
export function rawRequest(
  { issuer }: Booted,
  lines: readonly string[],
  body = '',
): Promise<RawAnswer> {
  const { port } = new URL(issuer)
  const says = lines.some((line) => /^(?:content-length|transfer-encoding):/i.test(line))
  const length = body === '' || says ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]
  const request = [...lines, ...length, 'Connection: close', '', body].join('\r\n')
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect(Number(port), '127.0.0.1', () => socket.write(request))
    socket.on('data', (chunk) => chunks.push(chunk))
    // Who is refused before everything was read may see an answer, and then a connection that breaks.
    socket.on('error', (error) => {
      if (chunks.length === 0) reject(error)
    })
    socket.on('close', () => {
      const text = Buffer.concat(chunks).toString('utf8')
      const split = text.indexOf('\r\n\r\n')
      const head = text.slice(0, split)
      resolve({ status: Number(head.split(' ')[1]), head, body: text.slice(split + 4) })
    })
  })
}
