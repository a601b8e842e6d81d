/** One server-sent event (HTML standard §9.2). */
export interface ServerSentEvent {
  readonly event: string
  readonly data: string
  /** The last id that was given, by this event or one before it. */
  readonly id: string | null
}

/** An event of the feed has some hundred characters. */
const LONGEST = 65_536

/** Reads events until the stream ends; `onChunk` hears of every sign of life, comments included. */
export async function* readEvents(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onChunk: () => void,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  let rest = ''
  let id: string | null = null
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    onChunk()
    // A CR at the end may be the first half of a CRLF, which is one line's end and not two.
    const blocks = `${rest}${chunk}`.replaceAll(/\r\n|\r(?!$)/g, '\n').split('\n\n')
    rest = blocks.pop() ?? ''
    if (rest.length > LONGEST) throw new Error('the feed sends no events')
    for (const block of blocks) {
      const fields = fieldsOf(block)
      id = fields.get('id') ?? id
      const data = fields.get('data')
      if (data !== undefined) yield { event: fields.get('event') ?? 'message', data, id }
    }
  }
}

function fieldsOf(block: string): Map<string, string> {
  const fields = new Map<string, string>()
  for (const line of block.split('\n')) {
    const [, name = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/.exec(line) ?? []
    const before = name === 'data' ? fields.get(name) : undefined
    if (name !== '') fields.set(name, before === undefined ? value : `${before}\n${value}`)
  }
  return fields
}
