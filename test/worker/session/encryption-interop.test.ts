/** Modes of encryption between our engine and libtorrent: whoever dials, they meet where both modes allow it. */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as assert from 'uvu/assert'
import { encryptionModes, type EncryptionMode } from '../../../src/protocol/session.ts'
import { startLibtorrent, type LibtorrentPeer } from '../../peers/libtorrent.ts'
import type { Encryption } from '../../peers/peer.ts'
import { available } from '../../peers/tools.ts'
import { makeMetainfo } from '../../support/metainfo.ts'
import { eventually, suite, temporaryFolder } from '../../support/suite.ts'
import { startEngine, startSeed } from '../picker/fixture.ts'

const interop = suite('src/worker/session/engine: encryption beside libtorrent')
const deadlineMs = 15_000
/** What a pair that may not meet is given to do so. */
const neverMs = 700
const made = makeMetainfo({ content: 40_000 })

if (available('libtorrent')) {
  for (const ours of encryptionModes)
    for (const theirs of ['disabled', 'enabled', 'forced'] as const) {
      const canMeet =
        !(ours === 'off' && theirs === 'forced') && !(ours === 'required' && theirs === 'disabled')
      interop(
        `${ours} and ${theirs}, whoever dials: ${canMeet ? 'it comes' : 'no byte passes'}`,
        async () => {
          await Promise.all([true, false].map((weDial) => meet(ours, theirs, weDial, canMeet)))
        },
      )
    }
}

if (available('libtorrent')) {
  interop('a mode that changes closes what it does not allow: both meet again in the new one', async () => {
    await using stack = new AsyncDisposableStack()
    const slow = makeMetainfo({ content: 4_000_000 })
    const host = await startEngine({ encryption: 'off', upload_limit: 50_000 })
    const again = setInterval(() => host.engine.drain(), 250)
    stack.defer(() => {
      clearInterval(again)
      return host.close()
    })
    const seed = await startSeed(slow, {}, host)
    const start = async (encryption: Encryption): Promise<LibtorrentPeer> => {
      const file = join(temporaryFolder(), 'made.torrent')
      writeFileSync(file, slow.bytes)
      const peer = stack.adopt(await startLibtorrent({ encryption }), (one) => one.stop())
      await peer.add({ torrent: file }, temporaryFolder())
      seed.dial(peer)
      return peer
    }
    const whenSeen = async (peer: LibtorrentPeer, ...encrypted: boolean[]): Promise<void> => {
      await eventually(deadlineMs, `${peer.name}: ${encrypted.join()}`, async () => {
        const seen = (await peer.peers()).filter(({ client }) => client !== '')
        return seen.map((one) => one.encrypted).join() === encrypted.join()
      })
    }
    const [both, plain] = [await start('enabled'), await start('disabled')]
    await whenSeen(both, false)
    await whenSeen(plain, false)
    host.configure({ encryption: 'required' })
    await whenSeen(both, true)
    await whenSeen(plain)
    host.configure({ encryption: 'off' })
    await whenSeen(both, false)
  })
}

async function meet(
  ours: EncryptionMode,
  theirs: Encryption,
  weDial: boolean,
  canMeet: boolean,
): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const file = join(temporaryFolder(), 'made.torrent')
  writeFileSync(file, made.bytes)
  const engine = await startEngine({ encryption: ours })
  const again = setInterval(() => engine.engine.drain(), 250) // as a session does
  stack.defer(() => {
    clearInterval(again)
    return engine.close()
  })
  const seed = await startSeed(made, {}, engine)
  const leech = stack.adopt(await startLibtorrent({ encryption: theirs }), (peer) => peer.stop())
  await leech.add({ torrent: file }, temporaryFolder())
  if (weDial) seed.dial(leech)
  else await leech.connect('127.0.0.1', seed.port)
  if (canMeet) await leech.complete(deadlineMs)
  else await assertNever(leech.complete(neverMs))
  assert.is(seed.sent > 0, canMeet)
}

async function assertNever(promise: Promise<unknown>): Promise<void> {
  assert.is(
    await promise.then(
      () => 'came',
      () => 'never',
    ),
    'never',
  )
}

interop.run()
