import decodeQR from 'qr/decode.js'
import { expect, it } from 'vitest'
import { otpauthUri } from '../../server/src/standalone/credentials/one-time-password.ts'
import { authenticatorPage } from '../../server/src/standalone/pages/factor-pages.ts'

const PIXELS = 4
const secret = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP'

/** What a camera sees of the drawing: grey values, row by row. */
function photographed(page: string): { width: number; height: number; data: Uint8Array } {
  const size = Number(/class="qr" viewBox="0 0 (\d+) \1"/.exec(page)?.[1])
  const side = size * PIXELS
  const data = new Uint8Array(side * side * 4).fill(255)
  for (const [, x, y] of page.matchAll(/M(\d+) (\d+)h1v1h-1z/g)) {
    for (let pixel = 0; pixel < PIXELS ** 2; pixel++) {
      const column = Number(x) * PIXELS + (pixel % PIXELS)
      const row = Number(y) * PIXELS + Math.floor(pixel / PIXELS)
      data.set([0, 0, 0], (row * side + column) * 4)
    }
  }
  return { width: side, height: side, data }
}

it.each(['jane@customer.test', `${'long'.repeat(50)}+“ü”&<>@customer.test`])(
  'the QR code for %s says what the link says',
  (email) => {
    const uri = otpauthUri(secret, email)
    const page = authenticatorPage({ email, csrf: 'c', secret, uri, sealed: 's' })
    expect(decodeQR(photographed(page))).toBe(uri)
    // As markup of its own: a picture by `data:` is not allowed by the policy, and asked for by no address.
    expect(page).not.toMatch(/<img|style=/)
  },
)
