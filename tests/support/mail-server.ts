import { once } from 'node:events'
import { SMTPServer } from 'smtp-server'
import { freePort } from './free-port.ts'

/** A real SMTP server on the loopback that can be stopped and started again on its port. */
export interface MailServer {
  readonly url: string
  /** What arrived, as it was on the wire, with the addresses of its envelope. */
  readonly received: { readonly to: readonly string[]; readonly content: string }[]
  stop(): Promise<void>
  start(): Promise<void>
}

export async function startMailServer(): Promise<MailServer> {
  const received: { to: string[]; content: string }[] = []
  let server = make(received)
  // Not one that the system gives: somebody else might be given it while the server is stopped.
  const port = await freePort()
  server.listen(port, '127.0.0.1')
  await once(server.server, 'listening')
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => {
        resolve()
      })
    })
  return {
    url: `smtp://127.0.0.1:${port}`,
    received,
    stop,
    async start() {
      server = make(received)
      server.listen(port, '127.0.0.1')
      await once(server.server, 'listening')
    },
  }
}

const make = (received: { to: string[]; content: string }[]): SMTPServer =>
  new SMTPServer({
    authOptional: true,
    disabledCommands: ['STARTTLS', 'AUTH'],
    onData(stream, session, done) {
      let content = ''
      stream.setEncoding('utf8')
      stream.on('data', (chunk: string) => (content += chunk))
      stream.on('end', () => {
        received.push({ to: session.envelope.rcptTo.map(({ address }) => address), content })
        done()
      })
    },
  })
