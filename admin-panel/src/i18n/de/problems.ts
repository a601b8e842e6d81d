import type { problems as english } from '../en/problems.ts'
import type { Words } from '../words.ts'

const again = 'Versuchen Sie es gleich noch einmal.'

export const problems: Words<typeof english> = {
  problems: {
    other: { what: 'Das ging nicht' },
    OFFLINE: {
      what: 'Die Verwaltung ist nicht erreichbar',
      why: 'Es kam keine Antwort. Vielleicht sind Sie offline.',
      hint: again,
    },
    SESSION_EXPIRED: {
      what: 'Sie wurden abgemeldet',
      why: 'Ihre Sitzung ist zu Ende.',
      hint: 'Melden Sie sich neu an.',
    },
    ISSUER_UNAVAILABLE: {
      what: 'Der Identitätsserver ist nicht erreichbar',
      why: 'Die Verwaltung bekam keine Antwort von ihm.',
      hint: again,
    },
    PANEL_REFUSED: {
      what: 'Der Identitätsserver weist die Verwaltung ab',
      why: 'Sie ist dort nicht so angemeldet, wie sie es sein muss.',
      hint: 'Sagen Sie es den Betreibern: Im Log steht, was fehlt.',
    },
    UNAVAILABLE: {
      what: 'Der Server kann das jetzt nicht',
      why: 'Seine Datenbank oder sein Protokoll ist nicht beschreibbar.',
      hint: again,
    },
    INTERNAL: {
      what: 'Bei uns ist etwas schiefgegangen',
      why: 'Der Server konnte die Anfrage nicht abschließen.',
      hint: 'Versuchen Sie es noch einmal. Bleibt es dabei, geben Sie die Anfrage-Id dem Betrieb.',
    },
    RATE_LIMITED: {
      what: 'Zu viele Anfragen',
      why: 'Für jede Person gibt es eine Grenze.',
      hint: 'Warten Sie einige Minuten.',
    },
    NOT_FOUND: {
      what: 'Nicht gefunden',
      why: 'Das gibt es nicht, oder Sie dürfen es nicht sehen.',
    },
    QUERY_INVALID: {
      what: 'Diese Filter gehen nicht',
      why: 'Ein Wert in der Adresse ist ungültig.',
      hint: 'Leeren Sie die Filter.',
    },
    IMPERSONATOR_TOKEN_INVALID: {
      what: 'Ihre Anmeldung wurde nicht angenommen',
      why: 'Der Server nimmt Ihre Sitzung dafür nicht mehr an.',
      hint: 'Melden Sie sich ab und neu an.',
    },
    IMPERSONATOR_NOT_ALLOWED: {
      what: 'Sie dürfen niemanden vertreten',
      why: 'Ihre Rolle darf auf diesem Server niemanden vertreten.',
    },
    MFA_REQUIRED: {
      what: 'Zweiter Faktor nötig',
      why: 'Ihr zweiter Faktor ist zu lange her.',
    },
    TARGET_NOT_ALLOWED: {
      what: 'Dieses Konto nicht',
      why: 'Dieses Konto darf nicht vertreten werden.',
    },
    APP_NOT_ELIGIBLE: {
      what: 'In dieser App nicht',
      why: 'Die App ist keine aktive Single-Page-App.',
    },
    CONSENT_REQUIRED: {
      what: 'Die Einwilligung fehlt',
      why: 'Der Benutzer hat diese App nicht erlaubt.',
    },
    CONSENT_PRESENT: {
      what: 'Die Einwilligung ist schon da',
      why: 'Der Benutzer hat diese App inzwischen erlaubt.',
    },
    REASON_REQUIRED: {
      what: 'Ein Grund fehlt',
      why: 'Ein Grund von mindestens 10 Zeichen ist nötig.',
    },
    TICKET_INVALID: {
      what: 'Das Ticket fehlt',
      why: 'Ein Ticket in der Form Ihrer Firma ist nötig.',
    },
    ALREADY_IMPERSONATING: {
      what: 'Sie vertreten schon jemanden',
      why: 'Nur eine Vertretung zugleich: die andere kann hier beendet werden.',
    },
  },
}
