import type { Messages } from '../messages.ts'

/** Spanish. */
export const es: Messages = {
  lang: 'es',
  dir: 'ltr',
  label: 'Suplantación autorizada',
  title: 'En nombre de otro',
  impersonating: (subject) => ['Actúa en nombre de ', subject],
  signedInAs: (actor) => ['con la sesión de ', actor],
  modes: { read_only: 'Solo lectura', full: 'Acceso completo' },
  left: (time) => `quedan ${time}`,
  minutesLeft: (minutes) => (minutes === 1 ? 'Queda 1 minuto' : `Quedan ${minutes} minutos`),
  end: 'Terminar suplantación',
  ended: 'La suplantación ha terminado',
  causes: {
    ended_here: 'La ha terminado usted.',
    ended_elsewhere: 'Se ha terminado en otra pestaña.',
    expired: 'Se ha agotado el tiempo.',
    revoked: 'Se ha terminado en otro lugar.',
  },
  back: 'Volver a la aplicación',
}
