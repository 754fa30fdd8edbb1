import * as assert from 'uvu/assert'
import { makeMetainfo } from '../../support/metainfo.ts'
import { eventually, suite, within } from '../../support/suite.ts'
import { startPeer, startSeed, type EnginePeer } from './fixture.ts'
import { ScriptedPeer, type Request } from './scripted-peer.ts'

const test = suite('worker/session/engine/picker: requests')
const kib = 1024
const deadlineMs = 20_000
const made = makeMetainfo({ content: 8 * 1024 * kib, pieceLength: 256 * kib })
const blockCount = 512

/** A leech and a scripted peer that has all, and what they do together. */
async function between(
  script: (peer: ScriptedPeer, leech: EnginePeer, things: AsyncDisposableStack) => Promise<void>,
): Promise<void> {
  await using things = new AsyncDisposableStack()
  const leech = things.adopt(await startPeer(made), (peer) => peer.close())
  const peer = things.adopt(await ScriptedPeer.join(made, leech.port), (one) => one.close())
  peer.send('haveAll')
  await eventually(deadlineMs, 'interest', () => peer.hasInterest)
  await script(peer, leech, things)
}

async function asked(peer: ScriptedPeer, count: number): Promise<Request[]> {
  await eventually(deadlineMs, `${count} requests`, () => peer.requests.length >= count)
  return peer.requests.slice(0, count)
}

const keyOf = ({ piece, offset }: Request): string => `${piece}/${offset}`

test('64 blocks are asked for at first, each once', async () => {
  await between(async (peer) => {
    assert.is(peer.requests.length, 0)
    peer.send('unchoke')
    const requests = await asked(peer, 64)
    assert.is(new Set(requests.map(keyOf)).size, 64)
    assert.is(new Set(requests.map(({ piece }) => piece)).size, 4)
  })
})

test('rejected blocks are asked for again', async () => {
  await between(async (peer, leech) => {
    peer.send('unchoke')
    const rejected = (await asked(peer, 64)).slice(10, 30)
    for (const { piece, offset, length } of rejected) peer.send('reject', [piece, offset, length])
    const again = (await asked(peer, 84)).slice(64)
    assert.equal(new Set(again.map(keyOf)), new Set(rejected.map(keyOf)))
    let answered = 0
    await eventually(deadlineMs, 'all blocks', () => {
      for (const request of peer.requests.slice(answered)) peer.answer(request)
      answered = peer.requests.length
      return leech.verified.length === made.pieceCount
    })
    assert.is(answered, blockCount + rejected.length)
  })
})

test('each piece that came is told once, also when no other comes after it', async () => {
  await between(async (peer) => {
    const [last, blocks] = [7, made.pieceLength / (16 * kib)]
    const held: Request[] = []
    let heard = 0
    peer.send('unchoke')
    await eventually(deadlineMs, 'all but the last told', () => {
      for (const request of peer.requests.slice(heard)) {
        if (request.piece === last) held.push(request)
        else peer.answer(request)
      }
      heard = peer.requests.length
      return held.length === blocks && peer.haves.length === made.pieceCount - 1
    })
    assert.not(peer.haves.includes(last))
    for (const request of held) peer.answer(request)
    await eventually(deadlineMs, 'the last told', () => peer.haves.length === made.pieceCount)
    assert.is(new Set(peer.haves).size, made.pieceCount)
  })
})

test('what a choking peer owes comes from another one at once', async () => {
  await between(async (peer, leech, things) => {
    peer.send('unchoke')
    await asked(peer, 64)
    peer.send('choke')
    const seed = things.adopt(await startSeed(made), (one) => one.close())
    leech.dial(seed)
    await within(deadlineMs, 'the download', leech.done)
    assert.is(leech.picker.stats().duplicates, 0)
    assert.is(peer.requests.length, 64)
  })
})

test('a choking peer is asked for what it allows', async () => {
  await between(async (peer) => {
    for (const piece of [5, 11]) peer.send('allowedFast', [piece])
    const requests = await asked(peer, 32)
    assert.equal(new Set(requests.map(({ piece }) => piece)), new Set([5, 11]))
    for (const request of requests) peer.answer(request)
    peer.send('unchoke')
    const more = await asked(peer, 33)
    assert.is.not(more.at(-1)?.piece, 5)
  })
})

test('what a peer that never answers owes is asked of another one, and taken back', async () => {
  await between(async (peer, leech, things) => {
    peer.send('unchoke')
    await asked(peer, 64)
    const seed = things.adopt(await startSeed(made), (one) => one.close())
    leech.dial(seed)
    await within(deadlineMs, 'the download', leech.done)
    await eventually(deadlineMs, 'the cancels', () => peer.cancels.length === 64)
    assert.equal(new Set(peer.cancels.map(keyOf)), new Set(peer.requests.map(keyOf)))
    assert.ok(leech.picker.stats().duplicates >= 64)
  })
})

test('a peer without wanted pieces is of no interest', async () => {
  await using things = new AsyncDisposableStack()
  const leech = things.adopt(await startPeer(made), (peer) => peer.close())
  leech.picker.setPriority(new Uint8Array(made.pieceCount))
  const peer = things.adopt(await ScriptedPeer.join(made, leech.port), (one) => one.close())
  peer.send('haveAll')
  peer.send('unchoke')
  await eventually(deadlineMs, 'what it has', () => leech.picker.availability()[0] === 1)
  assert.is(peer.hasInterest, false)
  leech.picker.setPriority(Uint8Array.of(1), 7)
  const requests = await asked(peer, 16)
  assert.ok(peer.hasInterest)
  assert.equal(new Set(requests.map(({ piece }) => piece)), new Set([7]))
})

test.run()
