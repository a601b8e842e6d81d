import { codeBlocks, readDocument } from './markdown.ts'

/**
 * The files a guide is made of: code blocks that begin with a comment naming their file. One that is
 * `continued` goes on where the last one of that name stopped.
 */
export function filesOfGuide(path: string): Map<string, string> {
  const files = new Map<string, string>()
  for (const { text } of codeBlocks(readDocument(path))) {
    const [line = '', name = '', more] = /^\/\/ ([\w./-]+\.\w+)(, continued)?\n/.exec(text) ?? []
    if (name === '') continue
    const body = text.slice(line.length)
    files.set(name, more === undefined ? body : `${files.get(name) ?? ''}\n${body}`)
  }
  return files
}
