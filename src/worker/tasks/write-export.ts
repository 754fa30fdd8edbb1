/** Writes an exported session, part by part. It has its name only when it is whole and on disk. */
import { closeSync, fsyncSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { exportsFolder, unfinishedExport, type ExportPart } from '../../protocol/session-export.ts'
import { diskError } from '../session/storage/disk-error.ts'
import { syncFolder } from '../store/sync-folder.ts'
import { headLine, torrentLine } from './transfer-form.ts'

/** Gives the size so far. Throws a disk code, and nothing of the file is left then. */
export function writeExport({ dataDir, name, head, torrents, last }: ExportPart): number {
  const folder = join(dataDir, exportsFolder)
  const unfinished = join(folder, name + unfinishedExport)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const descriptor = openSync(unfinished, head === undefined ? 'a' : 'wx', 0o600)
    try {
      if (head !== undefined) write(descriptor, headLine(head.session, head.torrentCount))
      for (const torrent of torrents) write(descriptor, torrentLine(torrent))
      if (last) fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    const { size } = statSync(unfinished)
    if (last) {
      renameSync(unfinished, join(folder, name))
      syncFolder(folder)
    }
    return size
  } catch (error) {
    remove(unfinished)
    throw diskError(error, 'write', `${exportsFolder}/${name}`)
  }
}

function remove(path: string): void {
  try {
    rmSync(path, { force: true })
  } catch {
    // the fault that is told comes first
  }
}

function write(descriptor: number, line: string): void {
  const bytes = Buffer.from(line)
  for (let done = 0; done < bytes.length;) done += writeSync(descriptor, bytes, done)
}
