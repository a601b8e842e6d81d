import type { FileHandle } from 'node:fs/promises'
import { open, rename } from 'node:fs/promises'
import type { AuditReader, Checkpoint, Storage } from '../../index.ts'
import { isCheckpoint, readTail } from '../audit/audit-anchor.ts'

/** What the last checkpoint of an exported file says, and whether this database still has it. */
export interface Anchored {
  /** `null` when it is not signed by a key of this database. */
  readonly signed: Checkpoint | null
  readonly isPart: boolean
}

/** @returns `undefined` when there is no such file, or no checkpoint in it. */
export async function readAnchored(
  file: string,
  storage: Pick<Storage, 'auditSeal' | 'auditStatements'>,
  reader: AuditReader,
): Promise<Anchored | undefined> {
  const jws = await readLastCheckpoint(file)
  if (jws === undefined) return undefined
  const signed = await reader.readCheckpoint(jws)
  return { signed, isPart: signed !== null && (await isPart(storage, signed)) }
}

async function isPart(
  { auditSeal, auditStatements }: Pick<Storage, 'auditSeal' | 'auditStatements'>,
  { seq, hash }: Checkpoint,
): Promise<boolean> {
  const found = await auditSeal.hashAt(seq)
  if (found !== undefined) return found === hash
  const pruned = await auditStatements.lastTombstone()
  return pruned !== undefined && seq <= pruned.seq
}

async function readLastCheckpoint(file: string): Promise<string | undefined> {
  const handle = await openUnlessMissing(file)
  if (handle === undefined) return undefined
  try {
    return (await readTail(handle)).split(/\r?\n/).findLast(isCheckpoint)
  } finally {
    await handle.close()
  }
}

async function openUnlessMissing(file: string): Promise<FileHandle | undefined> {
  try {
    return await open(file, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}

/** What others were shown stays what it is; a new file begins with what this database still has. */
export async function putAside(file: string, at: number): Promise<string> {
  const aside = `${file}.until-${new Date(at).toISOString().replaceAll(':', '-')}`
  await rename(file, aside)
  return aside
}
