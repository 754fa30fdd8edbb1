import {
  decodeDictionaryWithSpans,
  isBencodeDictionary,
  type BencodeDictionary,
  type BencodeValue,
  type Span,
} from './bencode.ts'
import { shortTextOf, textOf } from './bencode-text.ts'
import { RestTorrentError } from './errors.ts'
import { readInfo, refuseOversize, type TorrentInfo } from './torrent-info.ts'
import { isTrackerUrl, isWebSeedUrl, keepUrls } from './torrent-urls.ts'

/** The checked content of a .torrent (BEP 3, 12, 19). Its byte arrays are views into the parsed bytes. */
export interface Metainfo {
  info: TorrentInfo
  infoSpan: Span
  /** The bytes whose SHA-1 is the info hash, exactly as they came. */
  rawInfo: Uint8Array
  /** Tiers of announce URLs, the first to be tried first. */
  trackers: string[][]
  webSeeds: string[]
  comment?: string
  createdBy?: string
  /** Seconds since the epoch, as the metainfo has it. */
  creationDate?: number
}

const maxTrackers = 64
const maxWebSeeds = 16
const maxTextBytes = 4096

/**
 * The metainfo that the bytes of a .torrent say; throws `invalid_bencode`, `invalid_metainfo` or
 * `unsupported_v2_only`. Trackers and web seeds that cannot be used, or are too many, are left out.
 */
export function parseMetainfo(bytes: Uint8Array): Metainfo {
  refuseOversize(bytes)
  const { value, spans } = decodeDictionaryWithSpans(bytes)
  const infoSpan = spans.get('info')
  if (infoSpan === undefined || !isBencodeDictionary(value.info)) {
    throw new RestTorrentError('invalid_metainfo', 'no info dictionary')
  }
  return {
    info: readInfo(value.info),
    infoSpan,
    rawInfo: new Uint8Array(bytes.buffer, bytes.byteOffset + infoSpan.start, infoSpan.end - infoSpan.start),
    trackers: readTrackers(value),
    webSeeds: keepUrls(texts(value['url-list']), isWebSeedUrl, maxWebSeeds),
    ...readRemarks(value),
  }
}

function readTrackers(metainfo: BencodeDictionary): string[][] {
  const tiers = Array.isArray(metainfo['announce-list']) ? metainfo['announce-list'] : []
  const listed = keepTiers(tiers)
  return listed.length > 0 ? listed : keepTiers([metainfo.announce])
}

function keepTiers(tiers: readonly (BencodeValue | undefined)[]): string[][] {
  const kept = new Set(keepUrls(textsOfAll(tiers), isTrackerUrl, maxTrackers))
  const result: string[][] = []
  for (const tier of tiers) {
    if (kept.size === 0) break
    const urls = [...texts(tier)].map((url) => url.trim()).filter((url) => kept.delete(url))
    if (urls.length > 0) result.push(urls)
  }
  return result
}

function* textsOfAll(tiers: readonly (BencodeValue | undefined)[]): Generator<string> {
  for (const tier of tiers) yield* texts(tier)
}

/** Every text of a text or a list of texts: both forms are in use where a list is meant. */
function* texts(value: BencodeValue | undefined): Generator<string> {
  for (const item of Array.isArray(value) ? value : [value]) {
    if (item instanceof Uint8Array) yield textOf(item)
  }
}

function readRemarks(metainfo: BencodeDictionary): Pick<Metainfo, 'comment' | 'createdBy' | 'creationDate'> {
  const comment = shortTextOf(metainfo['comment.utf-8'] ?? metainfo.comment, maxTextBytes)
  const createdBy = shortTextOf(metainfo['created by.utf-8'] ?? metainfo['created by'], maxTextBytes)
  const date = metainfo['creation date']
  return {
    ...(comment === undefined ? {} : { comment }),
    ...(createdBy === undefined ? {} : { createdBy }),
    ...(typeof date === 'number' && date >= 0 ? { creationDate: date } : {}),
  }
}
