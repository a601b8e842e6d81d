import type { Messages } from '../messages.ts'

/** German. */
export const de: Messages = {
  lang: 'de',
  dir: 'ltr',
  label: 'Identitätswechsel',
  title: 'Als andere Person',
  impersonating: (subject) => ['Sie handeln als ', subject],
  signedInAs: (actor) => ['angemeldet als ', actor],
  modes: { read_only: 'Nur Lesen', full: 'Voller Zugriff' },
  left: (time) => `noch ${time}`,
  minutesLeft: (minutes) => `Noch ${minutes} ${minutes === 1 ? 'Minute' : 'Minuten'}`,
  end: 'Identitätswechsel beenden',
  ended: 'Identitätswechsel beendet',
  causes: {
    ended_here: 'Sie haben ihn beendet.',
    ended_elsewhere: 'Er wurde in einem anderen Tab beendet.',
    expired: 'Die Zeit ist abgelaufen.',
    revoked: 'Er wurde anderswo beendet.',
  },
  back: 'Zurück zur Anwendung',
}
