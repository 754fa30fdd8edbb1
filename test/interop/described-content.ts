/** Content on disk and what tells clients about it: the .torrent and the magnet link. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { encodeBencode } from '../../src/protocol/bencode-encode.ts'
import { python } from '../peers/tools.ts'
import { makeMetainfo, writeFiles, type MetainfoOptions } from '../support/metainfo.ts'
import { temporaryFolder } from '../support/suite.ts'

/** What is transferred; `hybrid` is described by libtorrent, for v1 and v2 at once. */
export type ContentOptions = Pick<MetainfoOptions, 'content' | 'files' | 'pieceLength'> & { hybrid?: boolean }

/** Where it lies and how it is known. */
export interface DescribedContent {
  /** The seed's save path. */
  readonly folder: string
  /** The file or folder of the content inside of a save path. */
  readonly name: string
  readonly infoHash: string
  /** All that clients announce: for a hybrid torrent that of v2 too. */
  readonly announced: readonly string[]
  /** Writes a .torrent that names this tracker, or none. */
  torrent(trackerUrl?: string): string
  magnet(trackerUrl?: string): string
}

const name = 'content'

/** Writes the content into a folder of its own and describes it. */
export function describeContent(options: ContentOptions): DescribedContent {
  const folder = temporaryFolder()
  const made = makeMetainfo({ ...options, name })
  writeFiles(folder, made)
  const { bytes, infoHash, announced } =
    options.hybrid === true
      ? hybrid(join(folder, name), made.pieceLength)
      : { ...made, announced: [made.infoHash] }
  return {
    folder,
    name,
    infoHash,
    announced,
    torrent: (url) => {
      const path = join(temporaryFolder(), 'content.torrent')
      writeFileSync(path, url === undefined ? bytes : withTracker(bytes, url))
      return path
    },
    magnet: (url) => {
      const tr = url === undefined ? '' : `&tr=${encodeURIComponent(url)}`
      return `magnet:?xt=urn:btih:${infoHash}&dn=${name}${tr}`
    },
  }
}

function hybrid(content: string, pieceLength: number) {
  const script = join(import.meta.dirname, '../peers/make-hybrid.py')
  const torrent = join(temporaryFolder(), 'hybrid.torrent')
  const printed = execFileSync(python, [script, content, torrent, `${pieceLength}`], { encoding: 'utf8' })
  const [infoHash = '', ...others] = printed.trim().split(' ')
  return { bytes: readFileSync(torrent), infoHash, announced: [infoHash, ...others] }
}

/** `announce` sorts before every other key, so that it can be put in front and nothing else is touched. */
function withTracker(bytes: Uint8Array, url: string): Buffer {
  return Buffer.concat([encodeBencode({ announce: url }).subarray(0, -1), bytes.subarray(1)])
}
