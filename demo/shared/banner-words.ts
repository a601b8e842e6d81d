import type { Messages } from '@understudy/sdk/banner'
import { en } from '@understudy/sdk/banner'
import { ar } from '@understudy/sdk/banner/messages/ar'
import { de } from '@understudy/sdk/banner/messages/de'
import { es } from '@understudy/sdk/banner/messages/es'
import { fr } from '@understudy/sdk/banner/messages/fr'
import { ja } from '@understudy/sdk/banner/messages/ja'

/** The banner speaks to whoever sits there, so in the language of their browser, not of the customer. */
export function bannerWords(): Messages {
  const known = [en, de, fr, es, ja, ar]
  for (const language of navigator.languages) {
    const words = known.find(({ lang }) => lang === language.split('-')[0])
    if (words !== undefined) return words
  }
  return en
}
