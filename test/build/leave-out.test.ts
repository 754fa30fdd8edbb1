import { build } from 'esbuild'
import * as assert from 'uvu/assert'
import { bundles } from '../../build/bundles.ts'
import { suite } from '../support/suite.ts'

const leaveOut = suite('test/build/leave-out')

/** What a session would hold in its memory for nothing, or may not load in a thread. */
const unwanted =
  /node_modules\/(zod|node-fetch|web-streams-polyfill|bittorrent-tracker|ws|socks|create-torrent|fs-chunk-store|utp-native|webrtc-polyfill)\//

leaveOut('a session worker holds nothing that sessions do not use', async () => {
  const { inputs } = await sessionWorker()
  assert.ok(Object.hasOwn(inputs, 'node_modules/webtorrent/index.js'))
  assert.equal(
    Object.keys(inputs).filter((path) => unwanted.test(path)),
    [],
  )
})

leaveOut('port forwarding is loaded by itself', async () => {
  const { outputs } = await sessionWorker()
  const chunks = Object.values(outputs).map((chunk) => Object.keys(chunk.inputs))
  const forwarding = chunks.filter((inputs) => inputs.some((path) => path.includes('nat-api')))
  assert.ok(forwarding.some((inputs) => inputs.some((path) => path.includes('xmlbuilder'))))
  for (const inputs of forwarding.filter((one) => one.some((path) => path.includes('xmlbuilder'))))
    assert.not.ok(inputs.some((path) => path.includes('webtorrent')))
})

async function sessionWorker() {
  const options = bundles.find(({ entryPoints }) => Object.hasOwn(entryPoints ?? {}, 'worker-session'))
  return (await build({ ...options, metafile: true })).metafile
}

leaveOut.run()
