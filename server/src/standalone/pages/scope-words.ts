export interface ScopeWords {
  readonly name: string
  readonly description?: string | undefined
}

// A Map, because scope names come from outside and an object knows words such as "constructor".
const WORDS: ReadonlyMap<string, ScopeWords> = new Map([
  ['openid', { name: 'Know who you are', description: 'The id of your account.' }],
  ['profile', { name: 'See your profile', description: 'Your name.' }],
  ['email', { name: 'See your e-mail address' }],
  ['orders:read', { name: 'See your orders', description: 'Orders and invoices.' }],
  ['orders:write', { name: 'Change your orders', description: 'Place, change and cancel orders.' }],
  ['offline_access', { name: 'Keep this access', description: 'Also while you are away.' }],
])

/** What a scope lets an app do, in words; an unknown scope is shown by its name. */
export function scopeWords(scope: string): ScopeWords {
  return WORDS.get(scope) ?? { name: scope }
}
