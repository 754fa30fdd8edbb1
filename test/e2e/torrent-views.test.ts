/** A torrent as others can use it: its magnet link, its metainfo and its pieces. */
import { createHash } from 'node:crypto'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { decodeBencode } from '../../src/protocol/bencode.ts'
import { parseMagnet } from '../../src/protocol/magnet.ts'
import { parseMetainfo } from '../../src/protocol/metainfo.ts'
import { codeOf } from '../support/keys.ts'
import { makeMetainfo, writeFiles } from '../support/metainfo.ts'
import { request } from '../support/request.ts'
import { startTestServer } from '../support/server.ts'
import { addTorrent, openSession, whenState } from '../support/sessions.ts'
import { eventually, suite } from '../support/suite.ts'

const views = suite('test/e2e/torrent-views')
const tiers = [['http://a.example/1', 'http://b.example/2'], ['udp://c.example:3']]
const webSeeds = ['http://seed.example/x']

const bytesOf = (base64: unknown): Buffer => Buffer.from(String(base64), 'base64')

views('metainfo, magnet link and pieces say what the torrent is and what is there of it', async () => {
  await using server = await startTestServer({ ALLOW_PRIVATE_PEERS: 'loopback' })
  const { rest, rootDir, address } = server
  const made = makeMetainfo({ name: 'naïve "name".bin', content: 600_000, trackers: tiers, webSeeds })
  writeFiles(join(rootDir, 'here'), made)
  const seed = await openSession(rest)
  await addTorrent(rest, seed, { file: made.bytes })
  const of = { session_id: seed.id, info_hash: made.infoHash }
  await whenState(rest, seed, made.infoHash, 'seeding')

  const { name, metainfo } = await rest.call('get_metainfo', of)
  assert.is(name, `${made.name}.torrent`)
  const parsed = parseMetainfo(bytesOf(metainfo))
  assert.equal([parsed.trackers, parsed.webSeeds], [tiers, webSeeds])
  assert.is(createHash('sha1').update(parsed.rawInfo).digest('hex'), made.infoHash)
  const keys = Object.keys(decodeBencode(bytesOf(metainfo)) as object)
  assert.equal(keys, ['announce', 'announce-list', 'info', 'url-list'])
  const url = `${address}/v1/sessions/${seed.id}/torrents/${made.infoHash}/metainfo?download=1`
  const file = await fetch(url, { headers: { connection: 'close' } })
  assert.is(file.headers.get('content-type'), 'application/x-bittorrent')
  assert.is(
    file.headers.get('content-disposition'),
    `attachment; filename="na_ve _name_.bin.torrent"; filename*=UTF-8''na%C3%AFve%20%22name%22.bin.torrent`,
  )
  assert.equal(Buffer.from(await file.arrayBuffer()), bytesOf(metainfo))
  assert.is((await request(`${url}&download=2`)).status, 400)
  const { magnet } = await rest.call('get_magnet', of)
  assert.equal(parseMagnet(magnet), {
    infoHash: made.infoHash,
    name: made.name,
    trackers: tiers.flat(),
    webSeeds,
    peers: [],
  })

  const whole = await rest.call('get_pieces', of)
  assert.equal([whole.num_pieces, whole.num_have], [made.pieceCount, made.pieceCount])
  assert.is(bytesOf(whole.have).length, Math.ceil(made.pieceCount / 8))
  assert.equal([...bytesOf(whole.availability)], new Array(made.pieceCount).fill(0))

  const leech = await openSession(rest)
  const slowly = { save_path: 'there', download_limit: 30_000 }
  await addTorrent(rest, leech, { magnet: `magnet:?xt=urn:btih:${made.infoHash}`, ...slowly })
  const there = { session_id: leech.id, info_hash: made.infoHash }
  assert.equal((await rest.call('get_pieces', there)).num_pieces, null)
  assert.is(codeOf(await rest.ask('get_metainfo', there)), 'metadata_unknown')
  await whenState(rest, leech, made.infoHash, 'downloading_metadata')
  await rest.call('add_peer', { ...there, address: `127.0.0.1:${seed.port}` })
  const part = await eventually(15_000, 'pieces of the seed', async () => {
    const pieces = await rest.call('get_pieces', there)
    return pieces.num_have > 0 && bytesOf(pieces.availability).every((count) => count === 1) && pieces
  })
  assert.ok(part.num_have < made.pieceCount)
  // the link that it was added by had no name
  assert.is(parseMagnet((await rest.call('get_magnet', there)).magnet).name, made.name)
  assert.is(bytesOf(part.availability).length, made.pieceCount)
  const bits = [...bytesOf(part.have)].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  assert.is(bits.split('1').length - 1, part.num_have)
  await rest.call('stop_torrent', there)
  const stopped = await rest.call('get_pieces', there)
  assert.ok(stopped.availability === null && stopped.num_have >= part.num_have)
  const again = await rest.call('get_metainfo', there)
  assert.equal(parseMetainfo(bytesOf(again.metainfo)).rawInfo, parsed.rawInfo)
})

views.run()
