import { createReadStream } from 'node:fs'
import { mkdir, open } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { dirname } from 'node:path'
import { createInterface } from 'node:readline'
import type { JWK } from 'jose'
import type { Storage } from '../../index.ts'
import type { AuditKeyRing } from './audit-keys.ts'

const PAGE = 500
/** More than the longest line. */
const TAIL_BYTES = 16_384

/** Whether it is a JWS with an ES256 signature. */
export const isCheckpoint = (line: string): boolean => /^[\w-]+\.[\w-]+\.[\w-]{86}$/.test(line)

/**
 * Appends the checkpoints that the file does not have yet; a new file begins with the public keys.
 * What failed, say on a full disk, is appended the next time.
 */
export async function exportAnchor(
  file: string,
  storage: Pick<Storage, 'auditStatements'>,
  { reader, publicKeys }: Pick<AuditKeyRing, 'reader' | 'publicKeys'>,
): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  const handle = await open(file, 'a+', 0o640)
  try {
    const { line, isTorn } = await readLastLine(handle)
    // A line that a crash has cut off is left as it is, and everything after it is a line again.
    if (isTorn) await handle.appendFile('\n')
    if (line === undefined) await handle.appendFile(publicKeys.map(toLine).join(''))
    const last = line === undefined ? null : reader.peekCheckpoint(line)
    await appendAfter(last?.seq ?? 0, handle, storage)
  } finally {
    await handle.close()
  }
}

const toLine = (jwk: JWK): string => `${JSON.stringify(jwk)}\n`

async function appendAfter(
  seq: number,
  handle: FileHandle,
  { auditStatements }: Pick<Storage, 'auditStatements'>,
): Promise<void> {
  let isDirty = false
  for (let from = seq + 1; ;) {
    const page = await auditStatements.checkpointsFrom(from, PAGE)
    if (page.length > 0) await handle.appendFile(page.map(({ jws }) => `${jws}\n`).join(''))
    isDirty ||= page.length > 0
    from = (page.at(-1)?.seq ?? from) + 1
    if (page.length < PAGE) break
  }
  if (isDirty) await handle.datasync()
}

async function readLastLine(
  handle: FileHandle,
): Promise<{ readonly line: string | undefined; readonly isTorn: boolean }> {
  const text = await readTail(handle)
  const isTorn = text !== '' && !text.endsWith('\n')
  const whole = text.split('\n').slice(0, -1)
  return { line: whole.at(-1), isTorn }
}

/** The end of a file, with its last line if that is one of ours. */
export async function readTail(handle: FileHandle): Promise<string> {
  const { size } = await handle.stat()
  const length = Math.min(size, TAIL_BYTES)
  const { buffer } = await handle.read(Buffer.alloc(length), 0, length, size - length)
  return buffer.toString('utf8')
}

/** The checkpoints of an exported file, one by one; its keys, empty and cut-off lines are left out. */
export async function* readAnchor(file: string): AsyncGenerator<string, void> {
  for await (const line of createInterface({
    input: createReadStream(file),
    crlfDelay: Infinity,
  })) {
    if (isCheckpoint(line)) yield line
  }
}
