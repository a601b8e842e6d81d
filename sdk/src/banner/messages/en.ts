import type { Messages } from '../messages.ts'

/** English. */
export const en: Messages = {
  lang: 'en',
  dir: 'ltr',
  label: 'Impersonation',
  title: 'Impersonating',
  impersonating: (subject) => ['Impersonating ', subject],
  signedInAs: (actor) => ['signed in as ', actor],
  modes: { read_only: 'Read-only', full: 'Full access' },
  left: (time) => `${time} left`,
  minutesLeft: (minutes) => `${minutes} minute${minutes === 1 ? '' : 's'} left`,
  end: 'End impersonation',
  ended: 'Impersonation ended',
  causes: {
    ended_here: 'You ended it.',
    ended_elsewhere: 'It was ended in another tab.',
    expired: 'Its time was up.',
    revoked: 'It was ended elsewhere.',
  },
  back: 'Back to the app',
}
