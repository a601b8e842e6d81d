import type { EndReason } from '../impersonation.ts'

/**
 * The words of the banner in one language. `sdk/banner/messages/<lang>` has some; your own are an object like those.
 * The functions that take `T` lay a sentence around a name, which may be text or an element.
 */
export interface Messages {
  /** BCP 47, for the `lang` attribute. */
  readonly lang: string
  readonly dir: 'ltr' | 'rtl'
  /** What assistive technology calls the bar. */
  readonly label: string
  /** Put before the page's title. Names nobody: titles end up in histories and analytics. */
  readonly title: string
  readonly impersonating: <T>(subject: T) => readonly (string | T)[]
  readonly signedInAs: <T>(actor: T) => readonly (string | T)[]
  readonly modes: { readonly read_only: string; readonly full: string }
  /** `time` is minutes and seconds: `12:40`. */
  readonly left: (time: string) => string
  /** A whole number of minutes, said aloud. */
  readonly minutesLeft: (minutes: number) => string
  readonly end: string
  readonly ended: string
  readonly causes: Readonly<Record<EndReason, string>>
  readonly back: string
}
