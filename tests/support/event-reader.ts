export interface ServerSentEvent {
  readonly event: string
  readonly id: string | null
  readonly data: Readonly<Record<string, unknown>>
}

/** A reader of server-sent events, as far as a test needs one. */
export interface EventReader {
  readonly status: number
  readonly headers: Headers
  /** The next event; rejects when the stream ends before there is one. */
  next(): Promise<ServerSentEvent>
  /** Resolves when the server has ended the stream. */
  readonly ended: Promise<boolean>
  close(): void
}

export async function readEvents(
  url: string,
  token: string,
  lastEventId?: string,
): Promise<EventReader> {
  const abort = new AbortController()
  const answer = await fetch(url, {
    headers: {
      authorization: `Bearer ${token}`,
      accept: 'text/event-stream',
      ...(lastEventId !== undefined && { 'last-event-id': lastEventId }),
    },
    signal: abort.signal,
  })
  const events: ServerSentEvent[] = []
  let wake: () => void = () => undefined
  let over = false
  const ended = pump(answer, (event) => {
    events.push(event)
    wake()
  }).finally(() => {
    over = true
    wake()
  })
  return {
    status: answer.status,
    headers: answer.headers,
    async next() {
      while (events.length === 0) {
        if (over) throw new Error('the stream has ended')
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      return events.shift() as ServerSentEvent
    },
    ended,
    close() {
      abort.abort()
    },
  }
}

async function pump(answer: Response, take: (event: ServerSentEvent) => void): Promise<boolean> {
  let buffer = ''
  try {
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      buffer += chunk
      const blocks = buffer.split('\n\n')
      buffer = blocks.pop() ?? ''
      for (const block of blocks) {
        const event = parse(block)
        if (event !== null) take(event)
      }
    }
    return true
  } catch {
    return false
  }
}

function parse(block: string): ServerSentEvent | null {
  const field = (name: string): string | null =>
    block
      .split('\n')
      .find((line) => line.startsWith(`${name}: `))
      ?.slice(name.length + 2) ?? null
  const event = field('event')
  if (event === null) return null
  return { event, id: field('id'), data: JSON.parse(field('data') ?? '{}') }
}
