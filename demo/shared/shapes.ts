/** What the resource server sends. */
export interface Order {
  readonly id: string
  readonly item: string
  readonly quantity: number
  readonly amount: number
  readonly status: 'processing' | 'shipped' | 'delivered' | 'cancelled'
  readonly placed_at: string
  readonly placed_by: { readonly sub: string; readonly act: { readonly sub: string } | null }
}

export interface Invoice {
  readonly id: string
  readonly item: string
  readonly quantity: number
  readonly amount: number
  readonly status: 'open' | 'paid' | 'void'
  readonly issued_at: string
  readonly due_at: string
}

export interface Profile {
  readonly phone: string
  readonly street: string
  readonly city: string
  readonly country: string
}

export interface List<Item> {
  readonly items: readonly Item[]
}
