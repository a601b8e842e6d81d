import { describe, expect, it } from 'vitest'
import type { Messages } from '../../sdk/src/banner/messages.ts'
import { ar } from '../../sdk/src/banner/messages/ar.ts'
import { de } from '../../sdk/src/banner/messages/de.ts'
import { en } from '../../sdk/src/banner/messages/en.ts'
import { es } from '../../sdk/src/banner/messages/es.ts'
import { fr } from '../../sdk/src/banner/messages/fr.ts'
import { ja } from '../../sdk/src/banner/messages/ja.ts'

const numbers = [0, 1, 2, 5, 11]
const said = ({ minutesLeft }: Messages): string[] => numbers.map((minutes) => minutesLeft(minutes))

describe('the words of the banner', () => {
  it.each<[Messages, readonly string[]]>([
    [ar, ['لم يبق وقت', 'بقيت دقيقة واحدة', 'بقيت دقيقتان', 'بقيت 5 دقائق', 'بقيت 11 دقيقة']],
    [de, numbers.map((n) => `Noch ${n} ${n === 1 ? 'Minute' : 'Minuten'}`)],
    [en, numbers.map((n) => `${n} minute${n === 1 ? '' : 's'} left`)],
    [es, numbers.map((n) => (n === 1 ? 'Queda 1 minuto' : `Quedan ${n} minutos`))],
    [fr, numbers.map((n) => (n < 2 ? `${n} minute restante` : `${n} minutes restantes`))],
    [ja, numbers.map((n) => `残り ${n} 分`)],
  ])('have the plurals of their language: $lang', (words, expected) => {
    expect(said(words)).toEqual(expected)
  })

  it.each([ar, de, en, es, fr, ja])('name both people and the time: $lang', (words) => {
    expect(words.impersonating('Jane').join('')).toContain('Jane')
    expect(words.signedInAs('Sam').join('')).toContain('Sam')
    expect(words.left('12:40')).toContain('12:40')
    expect(Object.keys(words)).toEqual(Object.keys(en))
    expect(Object.keys(words.causes)).toEqual(Object.keys(en.causes))
  })
})
