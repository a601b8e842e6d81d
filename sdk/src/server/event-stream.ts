/** One server-sent event (HTML standard §9.2). */
export interface ServerSentEvent {
  readonly event: string | undefined
  readonly data: string
  readonly id: string | undefined
}

/** An event of the feed has some hundred characters. */
const LONGEST = 65_536

/** Reads events until the stream ends; `onChunk` hears of every sign of life, comments included. */
export async function* readEvents(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  onChunk: () => void,
): AsyncGenerator<ServerSentEvent, void, undefined> {
  let rest = ''
  for await (const chunk of body.pipeThrough(new TextDecoderStream())) {
    onChunk()
    // A CR at the end may be the first half of a CRLF, which is one line's end and not two.
    const blocks = `${rest}${chunk}`.replaceAll(/\r\n|\r(?!$)/g, '\n').split('\n\n')
    rest = blocks.pop() ?? ''
    if (rest.length > LONGEST) throw new Error('the feed sends no events')
    for (const block of blocks) {
      const lines = block.split('\n').map((line) => /^([^:]*):? ?(.*)$/.exec(line) ?? [])
      const values = (name: string): string[] =>
        lines.filter((line) => line[1] === name).map((line) => line[2] ?? '')
      yield {
        event: values('event').at(-1),
        data: values('data').join('\n'),
        id: values('id').at(-1),
      }
    }
  }
}
