import type { EndReason, Impersonation, Mail } from '../../index.ts'
import { endWords, modeWords, timeWords } from '../account/words.ts'
import { composeMail } from './compose-mail.ts'

interface Names {
  /** Who acts, as customers may know them. */
  readonly actor: string
  readonly subject: { readonly name: string; readonly email: string }
  readonly app: string
  readonly issuer: string
}

/** @param id names the event, so that it is told once however often it is written. */
export const startNotice = (impersonation: Impersonation, names: Names): Mail =>
  composeMail({
    id: `mail_started_${impersonation.id}`,
    to: names.subject.email,
    subject: `Support is acting for you in ${names.app}`,
    paragraphs: [
      `Hello ${names.subject.name},`,
      `${names.actor} has started to act for you in ${names.app}.`,
      modeWords[impersonation.mode],
      reasonWords(impersonation),
      `It ends by itself at ${timeWords(impersonation.expiresAt)} at the latest. You can end it at any time.`,
    ],
    link: { url: `${names.issuer}/account`, label: 'See it, or end it now' },
    at: impersonation.startedAt,
  })

export const endNotice = (
  impersonation: Impersonation,
  { at, reason }: { readonly at: number; readonly reason: EndReason },
  names: Names,
): Mail =>
  composeMail({
    id: `mail_ended_${impersonation.id}`,
    to: names.subject.email,
    subject: `Support has stopped acting for you in ${names.app}`,
    paragraphs: [
      `Hello ${names.subject.name},`,
      `${names.actor} acted for you in ${names.app} from ${timeWords(impersonation.startedAt)} to ${timeWords(at)}.`,
      endWords[reason],
      reasonWords(impersonation),
    ],
    link: { url: `${names.issuer}/account/history`, label: 'See everybody who acted for you' },
    at,
  })

const reasonWords = ({ reason }: Impersonation): string =>
  reason === null ? 'No reason was given.' : `Reason: ${reason}`
