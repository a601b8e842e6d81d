/** What the panel's server answers when it does not do what was asked. */
export class Problem extends Error {
  override readonly name = 'Problem'
  /** 0 when there was no answer at all. */
  readonly status: number
  readonly code: string
  readonly requestId: string | null
  readonly body: Readonly<Record<string, unknown>>

  constructor(status: number, code: string, body: Readonly<Record<string, unknown>> = {}) {
    super(textOf(body['error_description']) ?? code)
    this.status = status
    this.code = code
    this.requestId = textOf(body['request_id'])
    this.body = body
  }

  /** Whether asking again may help without anybody changing anything. */
  get retryable(): boolean {
    return this.status === 0 || this.status === 503
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null)

export const isProblem = (error: unknown, code: string): error is Problem =>
  error instanceof Problem && error.code === code
