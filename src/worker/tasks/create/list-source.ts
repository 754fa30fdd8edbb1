/** Lists the files of which a torrent is to be made. No link is followed, neither to a file nor to a folder. */
import { lstatSync, opendirSync, realpathSync } from 'node:fs'
import { join } from 'node:path'
import { replacement } from '../../../protocol/bencode-text.ts'
import type { SourceFile, SourceList, SourceListing } from '../../../protocol/creation-tasks.ts'
import { RestTorrentError } from '../../../protocol/errors.ts'
import { maxDepth, maxFiles } from '../../../protocol/metainfo-files.ts'
import { diskError } from '../../session/storage/disk-error.ts'

/** Files, folders and others that are looked at before it is given up. */
const mostEntries = 5 * maxFiles

/**
 * Throws `invalid_metainfo` for what no torrent can hold, `invalid_path` for a name that is not UTF-8,
 * `path_reserved`, `path_outside_root`, or a disk code.
 */
export function listSourceOf(listing: SourceListing): SourceList {
  return new SourceWalk(listing).list()
}

class SourceWalk {
  readonly #listing: SourceListing
  readonly #files: SourceFile[] = []
  #size = 0
  #leftOut = 0
  #entries = 0

  constructor(listing: SourceListing) {
    this.#listing = listing
  }

  list(): SourceList {
    const isFolder = this.#visit([this.#listing.base]) === 'folder'
    return { files: this.#files, size: this.#size, isFolder, leftOut: this.#leftOut }
  }

  #visit(parts: readonly string[]): 'file' | 'folder' | 'other' {
    const path = parts.join('/')
    const at = join(this.#listing.folder, path)
    try {
      const stat = lstatSync(at, { bigint: true })
      if (stat.isDirectory()) {
        for (const name of this.#namesIn(at, path, parts.length)) this.#visit([...parts, name])
        return 'folder'
      }
      if (!stat.isFile()) {
        this.#leftOut += 1
        return 'other'
      }
      this.#add({ path, length: Number(stat.size), offset: this.#size, mtimeNs: stat.mtimeNs, ino: stat.ino })
      return 'file'
    } catch (error) {
      throw diskError(error, 'look at', path)
    }
  }

  #add(file: SourceFile): void {
    this.#files.push(file)
    this.#size += file.length
    if (this.#files.length > maxFiles) throw refusal(`more than ${maxFiles} files`)
  }

  /** Sorted; a folder that was swapped for a link has its real path elsewhere. */
  #namesIn(at: string, path: string, depth: number): string[] {
    if (at === realpathSync(this.#listing.reservedDir))
      throw new RestTorrentError('path_reserved', `${path} is the data directory`)
    if (realpathSync(at) !== at)
      throw new RestTorrentError('path_outside_root', `a symbolic link leads to ${path}`)
    if (depth > maxDepth) throw refusal(`a path deeper than ${maxDepth}`)
    const names: string[] = []
    const folder = opendirSync(at)
    try {
      for (let entry = folder.readSync(); entry !== null; entry = folder.readSync()) {
        this.#entries += 1
        if (this.#entries > mostEntries) throw refusal(`more than ${mostEntries} files and folders`)
        if (entry.name.includes(replacement))
          throw new RestTorrentError('invalid_path', `a name in ${path} is not UTF-8`)
        names.push(entry.name)
      }
    } finally {
      folder.closeSync()
    }
    return names.sort()
  }
}

function refusal(reason: string): RestTorrentError {
  return new RestTorrentError('invalid_metainfo', reason)
}
