/** An order as the resource server shows it. */
export interface Order {
  readonly id: string
  readonly item: string
  readonly quantity: number
  /** Cents. */
  readonly amount: number
  readonly currency: 'EUR'
  readonly status: 'processing' | 'shipped' | 'delivered' | 'cancelled'
  readonly placed_at: string
  /** Who clicked: the customer, or somebody acting for them. */
  readonly placed_by: { readonly sub: string; readonly act: { readonly sub: string } | null }
}
