import type { Enrolment } from '../administration/enrol-one-time-password.ts'

/** Shown once; whoever has them can make codes. */
export const enrolmentFields = ({
  secret,
  uri,
}: Enrolment): readonly (readonly [string, string])[] => [
  ['one-time-password secret', secret],
  ['one-time-password URI', uri],
]
