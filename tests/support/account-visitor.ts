import type { Booted } from './boot.ts'
import type { Seen } from './visitor.ts'
import { freshCode, PASSWORD, Visitor } from './visitor.ts'

/** Somebody at a page of their account, having signed in where that was asked. */
export async function visit(
  booted: Booted,
  path: string,
  email: string,
  visitor: Visitor = new Visitor(booted.issuer),
): Promise<{ readonly visitor: Visitor; readonly seen: Seen }> {
  let seen = await visitor.open(path)
  while (seen.url.includes('/interaction/') && seen.status === 200) {
    const fields = seen.text.includes('name="password"')
      ? { email, password: PASSWORD }
      : { code: await freshCode(booted, email) }
    seen = await visitor.submit(seen, fields)
  }
  return { visitor, seen }
}

/** The forms of a page that go to an address, with what they send along unseen. */
export function formsTo(seen: Seen, action: string): Readonly<Record<string, string>>[] {
  const forms = [...seen.text.matchAll(/<form([^>]*)>([^]*?)<\/form>/g)]
  return forms
    .filter(([, head = '']) => head.includes(`action="${action}"`))
    .map(([, , body = '']) => {
      const inputs = [...body.matchAll(/<input\s[^>]*type="hidden"[^>]*>/g)]
      return Object.fromEntries(
        inputs.map(([tag]) => [
          /name="([^"]*)"/.exec(tag)?.[1] ?? '',
          /value="([^"]*)"/.exec(tag)?.[1] ?? '',
        ]),
      )
    })
}

/** Presses the button of the form to `action` that sends these fields along, and fills in the rest. */
export async function press(
  visitor: Visitor,
  seen: Seen,
  action: string,
  fields: Readonly<Record<string, string>> = {},
): Promise<Seen> {
  const forms = formsTo(seen, action)
  const isMeant = (form: Readonly<Record<string, string>>): boolean =>
    Object.entries(fields).every(
      ([name, value]) => form[name] === undefined || form[name] === value,
    )
  const form = forms.find((one) => isMeant(one))
  if (form === undefined) throw new Error(`no form to ${action} in: ${seen.text}`)
  const answer = await visitor.send(
    new URL(action, seen.url).href,
    new URLSearchParams({ ...form, ...fields }),
  )
  const location = answer.headers.get('location')
  if (location !== null) return visitor.open(location)
  const { status, headers } = answer
  return { url: seen.url, status, headers, text: await answer.text() }
}
