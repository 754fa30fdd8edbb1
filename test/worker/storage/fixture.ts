import { randomBytes } from 'node:crypto'
import { RestTorrentError, type ErrorCode } from '../../../src/protocol/errors.ts'
import { DiskPieceStore } from '../../../src/worker/session/storage/disk-piece-store.ts'
import { Layout, type LayoutFile } from '../../../src/worker/session/storage/layout.ts'
import { SessionDisk } from '../../../src/worker/session/storage/session-disk.ts'
import * as assert from 'uvu/assert'

/** Files one after another, each `[path, length]`; a third member makes it padding or a symlink. */
export function filesOf(
  ...files: [path: string, length: number, kind?: 'padding' | 'symlink'][]
): LayoutFile[] {
  let offset = 0
  return files.map(([path, length, kind]) => {
    const file = { path, length, offset, padding: kind === 'padding', symlink: kind === 'symlink' }
    offset += length
    return file
  })
}

/** A store over those files with a session of its own. */
export function storeOf(root: string, files: LayoutFile[], pieceLength: number, createRoot = true) {
  const disk = new SessionDisk()
  const layout = new Layout(files, pieceLength)
  return { disk, layout, store: new DiskPieceStore({ disk, root, layout, createRoot }) }
}

/** Random content of a layout: padding is zeros, as it is in a torrent. */
export function contentOf(layout: Layout): Buffer {
  const content = randomBytes(layout.length)
  for (const file of layout.files) if (file.padding) content.fill(0, file.offset, file.offset + file.length)
  return content
}

export function pieceOf(content: Buffer, layout: Layout, index: number): Buffer {
  const start = index * layout.pieceLength
  return content.subarray(start, start + layout.pieceSize(index))
}

export async function writeAll(store: DiskPieceStore, layout: Layout, content: Buffer): Promise<void> {
  const indices = Array.from({ length: layout.pieceCount }, (_, index) => index)
  await Promise.all(indices.map((index) => store.write(index, pieceOf(content, layout, index))))
}

export function sameBytes(actual: Uint8Array, expected: Uint8Array): void {
  assert.is(Buffer.compare(actual, expected), 0)
}

/** The RestTorrentError that a promise rejects with, which must have that code. */
export async function rejection(promise: Promise<unknown>, code: ErrorCode): Promise<RestTorrentError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  if (!(error instanceof RestTorrentError)) throw new Error(`no RestTorrentError: ${String(error)}`)
  assert.is(error.code, code, error.message)
  return error
}
