import type { ConsentRequest, Mail } from '../../index.ts'
import { modeWords, timeWords } from '../account/words.ts'
import { composeMail } from './compose-mail.ts'

interface Person {
  readonly name: string
  readonly email: string
}

/** Asks a customer to look at a request; nothing can be answered by opening the link. */
export const consentRequestMail = (
  request: ConsentRequest,
  { actor, subject, app }: { actor: Person; subject: Person; app: { readonly name: string } },
  issuer: string,
): Mail =>
  composeMail({
    id: `mail_asked_${request.id}`,
    to: subject.email,
    subject: `${app.name}: support asks for your permission`,
    paragraphs: [
      `Hello ${subject.name},`,
      `${actor.name} (${actor.email}) would like to act for you in ${app.name}, to help you.`,
      modeWords[request.mode],
      `Reason: ${request.reason}`,
      `Nothing happens unless you allow it. You can answer until ${timeWords(request.expiresAt)}.`,
    ],
    link: { url: `${issuer}/consent-requests/${request.id}`, label: 'Look at the request' },
    at: request.requestedAt,
  })
