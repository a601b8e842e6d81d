/** The command was not asked in a way it understands: exit code 2. */
export class UsageError extends Error {
  override name = 'UsageError'
}

/** Somebody pressed Ctrl+C instead of answering. */
export class Interrupted extends Error {
  override name = 'Interrupted'
}
