/** Administration cannot do what was asked; the message is one sentence for whoever asked. */
export class Refusal extends Error {
  override name = 'Refusal'
}
