/** Administration cannot do what was asked; the message is one sentence for whoever asked. */
export class Refusal extends Error {
  override name = 'Refusal'
  readonly reason: 'not_found' | 'exists' | 'wrong_credentials'

  constructor(reason: Refusal['reason'], message: string) {
    super(message)
    this.reason = reason
  }
}
