/** Writes the metainfo of a torrent that is being made, and reads it as any other that comes in. */
import { encodeBencode, type EncodableDictionary } from '../../../protocol/bencode-encode.ts'
import type { MadeMetainfo, MetainfoDraft } from '../../../protocol/creation-tasks.ts'
import { RestTorrentError } from '../../../protocol/errors.ts'
import { metainfoFile } from '../../../protocol/metainfo-file.ts'
import { bitTorrentUserAgent } from '../../../protocol/product.ts'
import { parseInfo } from '../../../protocol/torrent-info.ts'
import type { RenamedFile } from '../../../protocol/torrent-place-form.ts'
import { withNames } from '../../../protocol/torrent-place.ts'
import { digestMetainfo } from '../digest-metainfo.ts'

const hashLength = 20

/** Throws `invalid_metainfo`; `invalid_path` where it is to be seeded from names under which no torrent's files are stored. */
export function makeMetainfoOf(draft: MetainfoDraft): MadeMetainfo {
  const { wish, creationDate } = draft
  const bytes = metainfoFile(
    encodeBencode(infoOf(draft)),
    { trackers: wish.trackers, webSeeds: wish.web_seeds },
    { comment: wish.comment, 'created by': bitTorrentUserAgent, 'creation date': creationDate },
  )
  const digest = digestMetainfo(bytes)
  return { bytes, digest, renamed: wish.seed ? namesOf(draft, digest.rawInfo) : [] }
}

/** BEP 3, 27. */
function infoOf({ source, list, wish, pieceLength, pieces }: MetainfoDraft): EncodableDictionary {
  const { files, size, isFolder } = list
  return {
    files: isFolder
      ? files.map(({ path, length }) => ({ length, path: path.split('/').slice(1) }))
      : undefined,
    length: isFolder ? undefined : size,
    name: wish.name ?? source.base,
    'piece length': pieceLength,
    pieces: pieces ?? new Uint8Array(Math.ceil(size / pieceLength) * hashLength),
    private: wish.private ? 1 : undefined,
    source: wish.source,
  }
}

function namesOf({ list }: MetainfoDraft, rawInfo: Uint8Array): RenamedFile[] {
  const info = parseInfo(rawInfo)
  const renamed = info.files.flatMap(({ index, safePath }) => {
    const path = list.files[index]?.path ?? safePath
    return path === safePath ? [] : [{ index, path }]
  })
  try {
    withNames(info, renamed)
  } catch (error) {
    const why = 'a file has a name under which none is stored: it can be made, not seeded from there'
    throw new RestTorrentError('invalid_path', why, { cause: error })
  }
  return renamed
}
