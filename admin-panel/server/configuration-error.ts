/** What an operator set and cannot have meant. The message is one line that names it. */
export class ConfigurationError extends Error {
  override name = 'ConfigurationError'
}
