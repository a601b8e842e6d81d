import i18next from 'i18next'
import { initReactI18next } from 'react-i18next'
import { en } from './en/index.ts'

export const languages = [
  { code: 'en', name: 'English' },
  { code: 'de', name: 'Deutsch' },
] as const

type Code = (typeof languages)[number]['code']

const KEY = 'admin-panel.language'

/** English is always there; another language is fetched when somebody wants it. */
export async function startLanguage(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: en } },
    // React escapes already.
    interpolation: { escapeValue: false },
  })
  await speak(preferred())
}

const preferred = (): Code => {
  const wanted = localStorage.getItem(KEY) ?? navigator.language.slice(0, 2)
  return wanted === 'de' ? 'de' : 'en'
}

async function speak(code: Code): Promise<void> {
  if (code === 'de' && !i18next.hasResourceBundle('de', 'translation')) {
    const { de } = await import('./de/index.ts')
    i18next.addResourceBundle('de', 'translation', de)
  }
  await i18next.changeLanguage(code)
  document.documentElement.lang = code
}

/** Remembered, unlike what the browser prefers: that may change. */
export async function choose(code: Code): Promise<void> {
  localStorage.setItem(KEY, code)
  await speak(code)
}
