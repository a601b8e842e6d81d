import type { Messages } from '../messages.ts'

const forms: Partial<Record<Intl.LDMLPluralRule, (minutes: number) => string>> = {
  zero: () => 'لم يبق وقت',
  one: () => 'بقيت دقيقة واحدة',
  two: () => 'بقيت دقيقتان',
  few: (minutes) => `بقيت ${minutes} دقائق`,
}

const minutesLeft = (minutes: number): string =>
  forms[new Intl.PluralRules('ar').select(minutes)]?.(minutes) ?? `بقيت ${minutes} دقيقة`

/** Arabic, with its six plural forms; the bar runs from right to left. */
export const ar: Messages = {
  lang: 'ar',
  dir: 'rtl',
  label: 'جلسة دعم',
  title: 'جلسة دعم',
  impersonating: (subject) => ['تتصرف باسم ', subject],
  signedInAs: (actor) => ['مسجل الدخول باسم ', actor],
  modes: { read_only: 'للقراءة فقط', full: 'وصول كامل' },
  left: (time) => `المتبقي ${time}`,
  minutesLeft,
  end: 'إنهاء الجلسة',
  ended: 'انتهت الجلسة',
  causes: {
    ended_here: 'أنت أنهيتها.',
    ended_elsewhere: 'أُنهيت في علامة تبويب أخرى.',
    expired: 'انتهى وقتها.',
    revoked: 'تم إنهاؤها في مكان آخر.',
  },
  back: 'العودة إلى التطبيق',
}
