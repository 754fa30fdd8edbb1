import { cutToBytes, exceedsBytes } from './bencode-text.ts'
import { RestTorrentError } from './errors.ts'
import { readFileSelection } from './file-selection.ts'
import { readInfoHash } from './info-hash.ts'
import { readPeerAddress, type PeerAddress } from './peer-address.ts'
import { isTrackerUrl, isWebSeedUrl, keepUrls } from './torrent-urls.ts'

/** What a magnet link says, checked and capped (BEP 9, 19, 53). */
export interface Magnet {
  infoHash: string
  /** For display until the metadata arrives; never a path. */
  name?: string
  trackers: string[]
  webSeeds: string[]
  peers: PeerAddress[]
  /** The indexes of the wanted files in ascending order; absent when all are wanted. */
  selectOnly?: number[]
  /** Bytes of the content, as the link claims. */
  length?: number
}

const maxMagnetBytes = 8192
const maxTrackers = 32
const maxWebSeeds = 8
const maxPeers = 16
const maxNameBytes = 1024
const prefix = /^magnet:\?/i
const readKey = /^(xt|dn|tr|ws|x\.pe|so|xl)(?:\.\d+)?$/
const hexOrBase32 = /^urn:btih:([^:]*)$/i
const version2 = /^urn:btmh:/i

/**
 * The magnet that a link says, or an info hash by itself; throws `invalid_magnet`, or `unsupported_v2_only` where
 * only `btmh` is given.
 */
export function parseMagnet(text: string): Magnet {
  if (exceedsBytes(text, maxMagnetBytes)) throw refusal('longer than 8 KiB')
  const given = text.trim()
  const link = readInfoHash(given) === undefined ? given : `magnet:?xt=urn:btih:${given}`
  if (!prefix.test(link)) throw refusal('neither a magnet link nor an info hash')
  const parameters = readParameters(link.replace(prefix, ''))
  const all = (key: string): string[] => parameters.get(key) ?? []
  const name = cutToBytes(all('dn')[0] ?? '', maxNameBytes)
  const selectOnly = readFileSelection(all('so'))
  const length = readSize(all('xl')[0])
  return {
    infoHash: readExactTopic(all('xt')),
    ...(name === '' ? {} : { name }),
    trackers: keepUrls(all('tr'), isTrackerUrl, maxTrackers),
    webSeeds: keepUrls(all('ws'), isWebSeedUrl, maxWebSeeds),
    peers: readPeers(all('x.pe')),
    ...(selectOnly === undefined ? {} : { selectOnly }),
    ...(length === undefined ? {} : { length }),
  }
}

/** A link to a torrent, never longer than `parseMagnet` takes: what does not fit is left out from the end. */
export function magnetOf(torrent: {
  infoHash: string
  name?: string | undefined
  trackers?: readonly string[]
  webSeeds?: readonly string[]
}): string {
  const parameters = [
    ...(torrent.name === undefined ? [] : [['dn', cutToBytes(torrent.name, maxNameBytes)] as const]),
    ...(torrent.trackers ?? []).slice(0, maxTrackers).map((url) => ['tr', url] as const),
    ...(torrent.webSeeds ?? []).slice(0, maxWebSeeds).map((url) => ['ws', url] as const),
  ]
  let link = `magnet:?xt=urn:btih:${torrent.infoHash}`
  for (const [key, value] of parameters) {
    const parameter = `&${key}=${encodeURIComponent(value.toWellFormed())}`
    if (link.length + parameter.length <= maxMagnetBytes) link += parameter
  }
  return link
}

function readParameters(query: string): Map<string, string[]> {
  const parameters = new Map<string, string[]>()
  for (const parameter of query.split('&')) {
    const equals = parameter.indexOf('=')
    const key = readKey.exec(parameter.slice(0, Math.max(equals, 0)).toLowerCase())?.[1]
    if (key === undefined) continue
    const value = unescaped(key, parameter.slice(equals + 1))
    if (value === undefined) continue
    const values = parameters.get(key)
    if (values === undefined) parameters.set(key, [value])
    else values.push(value)
  }
  return parameters
}

/** The text of an escaped value; undefined, so that the parameter is ignored, where the escapes are broken. */
function unescaped(key: string, value: string): string | undefined {
  try {
    // Only names are written by forms that put a plus for a space; in URLs a plus is a plus.
    return decodeURIComponent(key === 'dn' ? value.replaceAll('+', ' ') : value)
  } catch {
    return undefined
  }
}

function readExactTopic(topics: string[]): string {
  for (const topic of topics) {
    const infoHash = readInfoHash(hexOrBase32.exec(topic)?.[1] ?? '')
    if (infoHash !== undefined) return infoHash
  }
  if (topics.some((topic) => version2.test(topic)) && !topics.some((topic) => hexOrBase32.test(topic))) {
    throw new RestTorrentError('unsupported_v2_only', 'the magnet link has no version 1 info hash')
  }
  throw refusal('no info hash')
}

function readPeers(texts: string[]): PeerAddress[] {
  const peers = new Map<string, PeerAddress>()
  for (const text of texts) {
    const peer = readPeerAddress(text)
    if (peer !== undefined && peers.size < maxPeers) peers.set(`${peer.host} ${peer.port}`, peer)
  }
  return [...peers.values()]
}

function readSize(text: string | undefined): number | undefined {
  if (text === undefined || !/^\d{1,16}$/.test(text)) return undefined
  return Number.isSafeInteger(Number(text)) ? Number(text) : undefined
}

function refusal(reason: string): RestTorrentError {
  return new RestTorrentError('invalid_magnet', reason)
}
