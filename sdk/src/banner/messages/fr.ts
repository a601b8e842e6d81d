import type { Messages } from '../messages.ts'

/** French, where zero is singular. */
export const fr: Messages = {
  lang: 'fr',
  dir: 'ltr',
  label: 'Session d’assistance',
  title: 'À la place de',
  impersonating: (subject) => ['Vous agissez à la place de ', subject],
  signedInAs: (actor) => ['connecté en tant que ', actor],
  modes: { read_only: 'Lecture seule', full: 'Accès complet' },
  left: (time) => `${time} restantes`,
  minutesLeft: (minutes) =>
    minutes < 2 ? `${minutes} minute restante` : `${minutes} minutes restantes`,
  end: 'Mettre fin à la session',
  ended: 'La session est terminée',
  causes: {
    ended_here: 'Vous y avez mis fin.',
    ended_elsewhere: 'Elle a été terminée dans un autre onglet.',
    expired: 'Le temps imparti est écoulé.',
    revoked: 'Elle a été terminée ailleurs.',
  },
  back: 'Retour à l’application',
}
