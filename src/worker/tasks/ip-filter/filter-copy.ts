/** Copies of what filters were read from: where the source is out of reach later, the last good one is obeyed. */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import {
  ipFiltersFolder,
  type IpFilterPruning,
  type IpFilterRequest,
} from '../../../protocol/ip-filter-source.ts'
import { diskError } from '../../session/storage/disk-error.ts'
import { syncFolder } from '../../store/sync-folder.ts'

const quick = { level: 1 }

/** Writes a copy that is whole and on disk when it has its name. Throws a disk code. */
export function keepCopy({ folder, name }: NonNullable<IpFilterRequest['copy']>, bytes: Buffer): void {
  const unfinished = join(folder, `${name}.unfinished`)
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const descriptor = openSync(unfinished, 'w', 0o600)
    try {
      const packed = gzipSync(bytes, quick)
      for (let done = 0; done < packed.length;) done += writeSync(descriptor, packed, done)
      fsyncSync(descriptor)
    } finally {
      closeSync(descriptor)
    }
    renameSync(unfinished, join(folder, name))
    syncFolder(folder)
  } catch (error) {
    rmSync(unfinished, { force: true })
    throw diskError(error, 'write', `${ipFiltersFolder}/${name}`)
  }
}

/** Removes the copies of a session but one. */
export function pruneCopies({ folder, sessionId, stays }: IpFilterPruning): void {
  try {
    for (const name of readdirSync(folder)) {
      if (name.startsWith(sessionId) && name !== stays) rmSync(join(folder, name), { force: true })
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw diskError(error, 'prune', ipFiltersFolder)
  }
}
