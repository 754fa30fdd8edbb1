/** What is fuzzed: each format with good samples, and the function that a stranger's bytes go to. */
import { decodeBencode } from '../../src/protocol/bencode.ts'
import { encodeBencode, type Encodable } from '../../src/protocol/bencode-encode.ts'
import { readExtendedHandshake } from '../../src/protocol/extended-handshake.ts'
import { readNamePart, safeName } from '../../src/protocol/file-names.ts'
import { parseMagnet } from '../../src/protocol/magnet.ts'
import { readMetadataMessage, writeMetadataMessage } from '../../src/protocol/metadata-message.ts'
import { parseMetainfo } from '../../src/protocol/metainfo.ts'
import { decode as decodeKrpc } from '../../src/worker/session/engine/bencode/krpc-bencode.ts'
import { decodePex } from '../../src/worker/session/engine/pex/pex-message.ts'
import { readAnnounceAnswer, readScrapeAnswer } from '../../src/worker/session/trackers/http-answer.ts'
import { readAnnounce, readConnect, readScrape } from '../../src/worker/session/trackers/udp-packet.ts'
import { extended, frame, handshake } from '../hostile/raw-peer.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { loadEngine } from './bundled-engine.ts'

export interface Format {
  readonly name: string
  /** Its part of all inputs, beside those of the others. */
  readonly share: number
  readonly samples: readonly Buffer[]
  /** May throw a RestTorrentError and nothing else. */
  readonly read: (bytes: Buffer) => unknown
}

const id = Buffer.alloc(20, 7)
const block = 16 * 1024
const bencoded = (...values: Encodable[]): Buffer[] =>
  values.map((value) => Buffer.from(encodeBencode(value)))

/** All formats; `close` ends what some of them hold. */
export async function openFormats(): Promise<{ formats: Format[]; close: () => void }> {
  const engine = await loadEngine()
  const node = new engine.QuietNode()
  const infoHash = makeMetainfo().infoHash
  const streams = [
    [frame(14), frame(1), frame(2), frame(6, [1, 0, block]), frame(4, [3])],
    [
      frame(5, [], Buffer.alloc(13)),
      frame(8, [1, 0, block]),
      frame(16, [1, 0, block]),
      frame(17, [5]),
      frame(13, [5]),
    ],
    [
      extended(0, { m: { ut_metadata: 1, ut_pex: 2 }, reqq: 250, v: 'x' }),
      extended(1, { msg_type: 0, piece: 0 }),
    ],
    [frame(9, [], Buffer.alloc(2, 1)), frame(7, [1, 0], Buffer.alloc(100)), Buffer.alloc(8), frame(30, [1])],
  ].map((messages) => Buffer.concat([handshake(infoHash, id), ...messages]))
  const formats: Format[] = [
    { name: 'bencode', share: 20, samples: bencoded({ a: [1, { b: 'c' }], d: -5 }, [[], {}, ''], 'text', 0), read: decodeBencode },
    { name: 'metainfo', share: 15, samples: metainfos(), read: parseMetainfo },
    { name: 'magnet', share: 12, samples: magnets(infoHash), read: (bytes) => parseMagnet(bytes.toString('latin1')) },
    { name: 'name', share: 12, samples: ['a.txt', 'CON.txt', 'é\u202e.mp4', '..\\x', 'a '].map((text) => Buffer.from(text)), read: (bytes) => safeName(readNamePart(bytes).text) },
    { name: 'extended_handshake', share: 10, samples: bencoded({ m: { ut_metadata: 1, ut_pex: 2 }, metadata_size: 3000, p: 6881, reqq: 250, v: 'x', yourip: 'abcd' }), read: readExtendedHandshake },
    { name: 'ut_metadata', share: 10, samples: metadataMessages(), read: readMetadataMessage },
    { name: 'ut_pex', share: 6, samples: bencoded({ added: Buffer.alloc(12, 8), 'added.f': 'aa', dropped: Buffer.alloc(6, 9), added6: Buffer.alloc(18, 5), 'added6.f': 'a' }), read: decodePex },
    { name: 'krpc', share: 8, samples: krpcMessages(), read: decodeKrpc },
    { name: 'tracker_http', share: 8, samples: trackerAnswers(), read: (bytes) => (bytes.length % 2 === 0 ? readAnnounceAnswer(bytes) : readScrapeAnswer(bytes, id)) },
    { name: 'tracker_udp', share: 5, samples: [Buffer.alloc(8, 1), Buffer.alloc(32, 2), Buffer.alloc(12, 3)], read: (bytes) => [readConnect(bytes), readAnnounce(bytes, 4), readAnnounce(bytes, 16), readScrape(bytes)] },
    { name: 'dht_node', share: 2, samples: krpcMessages(), read: (bytes) => node.receive(bytes) },
    { name: 'wire', share: 1, samples: streams, read: (bytes) => engine.readStream(bytes, false) },
    { name: 'wire_encrypted', share: 0.05, samples: [...streams, Buffer.alloc(700, 3)], read: (bytes) => engine.readStream(bytes, true) },
  ] // prettier-ignore
  return { formats, close: () => node.close() }
}

function metainfos(): Buffer[] {
  const files = [{ path: 'a/b.txt', content: 100 }, { path: 'c.bin', content: 20_000 }] // prettier-ignore
  return [
    makeMetainfo({ trackers: ['http://tracker.test/announce'], comment: 'x' }).bytes,
    makeMetainfo({ files, webSeeds: ['http://seed.test/'], private: true }).bytes,
  ]
}

function magnets(infoHash: string): Buffer[] {
  return [
    `magnet:?xt=urn:btih:${infoHash}&dn=a%20b&tr=http%3A%2F%2Ftracker.test%2Fannounce&x.pe=1.2.3.4:5&so=0,2-5&xl=100`,
    `magnet:?xt=urn:btih:${infoHash}&ws=http://seed.test/&tr.1=udp://tracker.test:80&x.pe=[::1]:80`,
  ].map((text) => Buffer.from(text))
}

function metadataMessages(): Buffer[] {
  return [
    writeMetadataMessage({ type: 'request', piece: 1 }),
    writeMetadataMessage({ type: 'reject', piece: 1 }),
    writeMetadataMessage({ type: 'data', piece: 0, totalLength: 300, block: Buffer.alloc(300, 4) }),
  ].map((bytes) => Buffer.from(bytes))
}

function krpcMessages(): Buffer[] {
  const query = (q: string, a: Encodable): Encodable => ({ t: 'aa', y: 'q', q, a })
  return bencoded(
    query('ping', { id }),
    query('find_node', { id, target: id }),
    query('get_peers', { id, info_hash: id }),
    query('announce_peer', { id, info_hash: id, port: 6881, token: 'aoeusnth', implied_port: 1 }),
    query('get', { id, target: id }),
    query('put', { id, v: 'hello', token: 'aoeusnth' }),
    { t: 'aa', y: 'r', r: { id, nodes: Buffer.alloc(52, 6), token: 'x', values: [Buffer.alloc(6, 1)] } },
    { t: 'aa', y: 'e', e: [201, 'generic'] },
  )
}

function trackerAnswers(): Buffer[] {
  return bencoded(
    { interval: 1800, 'min interval': 60, peers: Buffer.alloc(12, 1), peers6: Buffer.alloc(18, 2), complete: 1, incomplete: 2 },
    { interval: -5, peers: [{ ip: '1.2.3.4', port: 80, 'peer id': id }], 'warning message': 'x', 'tracker id': 'y' },
    { 'failure reason': 'no' },
    { files: { [id.toString('latin1')]: { complete: 1, downloaded: 2, incomplete: 3 } } },
  ) // prettier-ignore
}
