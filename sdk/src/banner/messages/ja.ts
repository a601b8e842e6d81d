import type { Messages } from '../messages.ts'

/** Japanese, which has no plural. */
export const ja: Messages = {
  lang: 'ja',
  dir: 'ltr',
  label: '代理操作',
  title: '代理操作中',
  impersonating: (subject) => [subject, ' として操作中'],
  signedInAs: (actor) => ['ログイン: ', actor],
  modes: { read_only: '閲覧のみ', full: 'フルアクセス' },
  left: (time) => `残り ${time}`,
  minutesLeft: (minutes) => `残り ${minutes} 分`,
  end: '代理操作を終了',
  ended: '代理操作は終了しました',
  causes: {
    ended_here: 'あなたが終了しました。',
    ended_elsewhere: '別のタブで終了しました。',
    expired: '制限時間に達しました。',
    revoked: '別の場所で終了されました。',
  },
  back: 'アプリに戻る',
}
