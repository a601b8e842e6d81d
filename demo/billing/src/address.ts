import type { Api } from '../../shared/api.ts'
import type { Profile } from '../../shared/shapes.ts'
import { at } from './page.ts'

/** Puts the customer's address into the form of the page of addresses. */
export async function showAddress(api: Api, isReadOnly: boolean): Promise<void> {
  const form = at<HTMLFormElement>('address')
  if (form === null) return
  const profile = await api.get<Profile>('/profile')
  for (const name of ['street', 'city', 'country'] as const) {
    const input = form.elements.namedItem(name)
    if (!(input instanceof HTMLInputElement)) continue
    input.value = profile[name]
    input.readOnly = isReadOnly
  }
  form.querySelector('button')?.setAttribute('aria-disabled', String(isReadOnly))
}
