/** What the README and examples/ tell to run, run as it is told, against a real server and a real seed. */
import { spawn } from 'node:child_process'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { python } from '../peers/tools.ts'
import { contentBytes } from '../support/content.ts'
import { makeMetainfo } from '../support/metainfo.ts'
import { shareServer, startTestServer, type TestServer } from '../support/server.ts'
import { suite, temporaryFolder, within } from '../support/suite.ts'

const examples = suite('test/e2e/examples')
const shared = shareServer(examples, { ALLOW_PRIVATE: 'loopback' })
const root = resolve(import.meta.dirname, '../..')
const runWithinMs = 40_000

/** Runs a command to its end, with everything that it leaves in the background; gives what it printed. */
async function run(command: string, args: readonly string[], cwd = root): Promise<string> {
  const path = `${join(root, 'node_modules/.bin')}:${process.env['PATH'] ?? ''}`
  const child = spawn(command, args, { cwd, detached: true, env: { ...process.env, PATH: path } })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => (output += text))
  }
  const closed = new Promise<void>((done) => child.once('close', done))
  const exited = new Promise<number | null>((done) => child.once('exit', done))
  const code = await within(runWithinMs, `${command}: ${output}`, exited).finally(() => endGroup(child.pid))
  await closed
  if (code !== 0) throw new Error(`${command} ended with ${code ?? 'a signal'}: ${output}`)
  return output
}

function endGroup(group: number | undefined): void {
  try {
    if (group !== undefined) process.kill(-group, 'SIGKILL')
  } catch {
    // Nothing of it is left.
  }
}

/** The JSON lines that an example printed. */
function answersIn(output: string): Record<string, unknown>[] {
  return output
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>)
}

/** Every answer is a success, and the server is as it was before. */
async function isCleanExchange(server: TestServer, output: string): Promise<void> {
  const answers = answersIn(output)
  assert.ok(answers.length >= 5, output)
  for (const answer of answers) assert.is(answer['status'], 'success', output)
  assert.equal((await server.rest.call('get_session_list')).sessions, [])
}

caseWith(examples, 'exchange.sh downloads the magnet link that seed.py prints', ['libtorrent'], async () => {
  const server = shared()
  const content = join(temporaryFolder(), 'example.bin')
  const bytes = contentBytes('example', 2_000_000)
  writeFileSync(content, bytes)
  const script = `
    ${python} examples/seed.py ${content} 60 > ${content}.magnet &
    while [ ! -s ${content}.magnet ]; do sleep 0.1; done
    exec sh examples/exchange.sh ${server.address} "$(cat ${content}.magnet)" 30`
  const output = await run('sh', ['-c', script])
  assert.match(output, '"state":"seeding"')
  await isCleanExchange(server, output)
  assert.ok(readFileSync(join(server.rootDir, 'example/example.bin')).equals(bytes))
})

examples('exchange.sh sends a .torrent file', async () => {
  const server = shared()
  const made = makeMetainfo()
  const torrent = join(temporaryFolder(), 'made.torrent')
  writeFileSync(torrent, made.bytes)
  const output = await run('sh', ['examples/exchange.sh', server.address, torrent])
  assert.match(output, made.infoHash)
  await isCleanExchange(server, output)
})

for (const kind of ['a magnet link', 'a .torrent file']) {
  examples(`exchange.mjs exchanges ${kind} over Socket.IO`, async () => {
    const server = shared()
    const made = makeMetainfo()
    const torrent = join(temporaryFolder(), 'made.torrent')
    writeFileSync(torrent, made.bytes)
    const source = kind === 'a .torrent file' ? torrent : `magnet:?xt=urn:btih:${made.infoHash}`
    const output = await run(process.execPath, ['examples/exchange.mjs', server.address, source])
    assert.match(output, made.infoHash)
    await isCleanExchange(server, output)
  })
}

/** The blocks of shell below a heading of the README. */
function shellBlocks(heading: string): string[] {
  const readme = readFileSync(join(root, 'README.md'), 'utf8')
  const section = readme.split(/^#+ /m).find((part) => part.startsWith(heading)) ?? ''
  return Array.from(section.matchAll(/```sh\n([^]*?)```/g), ([, block = '']) => block)
}

caseWith(
  examples,
  "the README's download from a real client works as pasted, on another port and folder",
  ['libtorrent'],
  async () => {
    const [start = '', download = ''] = shellBlocks('Download from a real client')
    const [, name = '', value = ''] =
      /^RESTTORRENT_(\w+)=(\w+) npm start -- --no-auth$/.exec(start.trim()) ?? []
    assert.ok(name, start)
    await using server = await startTestServer({ [name]: value })
    const folder = temporaryFolder()
    const pasted = download
      .replaceAll('http://127.0.0.1:3000', server.address)
      .replaceAll('data/downloads', server.rootDir)
      .replaceAll('/tmp/example', join(folder, 'example'))
      .replaceAll('50000000', '5000000')
    assert.match(await run('bash', ['-ec', pasted]), /\nthe same\n$/)
    assert.ok(existsSync(join(server.rootDir, 'example/example.bin')))
  },
)

examples("the README's quick start works as pasted", async () => {
  const server = shared()
  const folder = temporaryFolder()
  const made = makeMetainfo()
  writeFileSync(join(folder, 'debian.torrent'), made.bytes)
  const [create = '', add = '', remove = ''] = shellBlocks('Quick start')
  const magnet = `magnet:?xt=urn:btih:${'ab'.repeat(20)}`
  const pasted = (block: string): string =>
    block
      .replaceAll('http://127.0.0.1:3000', server.address)
      .replaceAll('magnet:?xt=urn:btih:…', magnet)
      .replaceAll('<info_hash>', made.infoHash)
      .replaceAll(/^.* -d url=.*$/gm, '') // it leads out of this machine
  assert.match(await run('bash', ['-ec', pasted(create)], folder), '"name":"first"')
  const added = await run('bash', ['-ec', pasted(add)], folder)
  const { torrents } = await server.rest.call('get_torrent_list', {
    session_id: (await server.rest.call('get_session_list')).sessions[0]?.id,
  })
  assert.equal(
    torrents.map(({ info_hash, save_path }) => ({ info_hash, save_path })),
    [made.infoHash, 'ab'.repeat(20)].map((info_hash) => ({ info_hash, save_path: 'linux' })),
    added,
  )
  const id = `id=$(curl -s ${server.address}/v1/sessions | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')\n`
  const removed = await run('bash', ['-ec', id + pasted(remove)], folder)
  assert.is(removed, '{"status":"success"}{"status":"success"}')
  assert.equal((await server.rest.call('get_session_list')).sessions, [])
})

examples.run()
