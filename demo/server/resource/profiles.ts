/** What a customer tells Acme about themselves. Name and e-mail address are the issuer's. */
export interface Profile {
  readonly phone: string
  readonly street: string
  readonly city: string
  readonly country: string
}

/** What is not there stays. */
type Changes = { readonly [Key in keyof Profile]?: Profile[Key] | undefined }

export interface Profiles {
  read(sub: string): Profile
  change(sub: string, changes: Changes): Profile
}

const FIRST: Profile = {
  phone: '+49 30 901820',
  street: 'Lindenallee 12',
  city: '10115 Berlin',
  country: 'Germany',
}

export function createProfiles(): Profiles {
  const known = new Map<string, Profile>()
  const read = (sub: string): Profile => known.get(sub) ?? FIRST
  return {
    read,
    change(sub, changes) {
      const before = read(sub)
      const changed = {
        phone: changes.phone ?? before.phone,
        street: changes.street ?? before.street,
        city: changes.city ?? before.city,
        country: changes.country ?? before.country,
      }
      known.set(sub, changed)
      return changed
    },
  }
}
