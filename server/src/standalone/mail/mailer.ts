import { createTransport } from 'nodemailer'
import type { Mail } from '../../index.ts'
import type { ServerSettings } from '../configuration/server-settings.ts'

export interface Mailer {
  /** Resolves when the server at the other end has taken it. */
  send(mail: Mail): Promise<void>
  close(): void
}

/** Shorter together than the time a mail is claimed for: one that hangs is not sent twice. */
const TIMEOUTS = { connectionTimeout: 10_000, greetingTimeout: 10_000, socketTimeout: 20_000 }

export function createMailer(
  url: string,
  { mailFrom, issuer }: Pick<ServerSettings, 'mailFrom' | 'issuer'>,
): Mailer {
  const transport = createTransport({
    url,
    ...TIMEOUTS,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const { hostname } = new URL(issuer)
  return {
    async send({ id, to, subject, text, html }) {
      await transport.sendMail({
        from: mailFrom,
        // As an object: an address is taken as it is, and not read as a list of addresses.
        to: { name: '', address: to },
        subject,
        text,
        html,
        // The same at every attempt, so that a second copy can be told from a second mail.
        messageId: `<${id}@${hostname}>`,
        // RFC 3834 §5: nobody's absence notice should come back.
        headers: { 'Auto-Submitted': 'auto-generated' },
      })
    },
    close: () => {
      transport.close()
    },
  }
}
