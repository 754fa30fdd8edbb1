/**
 * Our own server as a peer: the built program in a process of its own with one session, driven over REST.
 * It dials whom a tracker or the `x.pe` of a magnet link names.
 */
import { readFileSync, realpathSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TorrentRow } from '../../src/protocol/torrent.ts'
import { temporaryFolder } from '../support/suite.ts'
import type { Encryption, Peer, PeerOptions, Source } from './peer.ts'
import { Program } from './program.ts'
import { freePort } from '../support/ports.ts'

const program = join(import.meta.dirname, '../../dist/main.js')
const answerWithinMs = 60_000
const encryptionMode = { disabled: 'off', enabled: 'preferred', forced: 'required' } satisfies Record<
  Encryption,
  string
>
const opening: readonly TorrentRow['state'][] = [
  'checking_resume_data',
  'queued_for_checking',
  'checking_files',
]
const done: readonly string[] = ['seeding', 'finished']
const given: readonly string[] = ['error', 'quarantined']

/** A running server; `row` is its torrent as the API shows it. */
export interface RestTorrentPeer extends Peer {
  row(): Promise<TorrentRow>
}

/**
 * A server that takes the session's first peer as soon as this resolves; encryption is `enabled` (preferred) unless
 * told otherwise.
 */
export async function startRestTorrent(options: PeerOptions = {}): Promise<RestTorrentPeer> {
  const host = options.host ?? '127.0.0.1'
  let address: string | undefined
  const server = new Program(process.execPath, [program, ...flags(host)], {
    ...(options.prefix && { prefix: options.prefix }),
    onLine: (line) => (address ??= addressIn(line)),
  })
  let torrents = ''
  let infoHash = ''

  const row = async () => (await call(`${torrents}/${infoHash}`)) as TorrentRow
  const add = async (source: Source, folder: string) => {
    const form = new FormData()
    if ('magnet' in source) form.set('magnet', source.magnet)
    else form.set('file', new Blob([readFileSync(source.torrent)]), 'content.torrent')
    form.set('save_path', realpathSync(folder))
    infoHash = ((await call(torrents, form)) as TorrentRow).info_hash
    // who dials once, and before it runs, is turned away
    await server.until(answerWithinMs, 'opened', async () => {
      return !opening.includes((await row()).state) || undefined
    })
  }
  const complete = async (deadlineMs: number) => {
    await server.until(deadlineMs, 'complete', async () => {
      const { state, error } = await row()
      if (given.includes(state)) throw new Error(`${state}: ${error?.code}: ${error?.message}`)
      return done.includes(state) || undefined
    })
  }

  try {
    const api = await server.until(answerWithinMs, 'ready', () => address)
    const form = new FormData()
    form.set('ports', `${await freePort()}`)
    for (const name of ['dht', 'pex']) form.set(name, '0')
    form.set('encryption', encryptionMode[options.encryption ?? 'enabled'])
    const { session } = (await call(`${api}/v1/sessions`, form)) as { session: { id: string; port: number } }
    torrents = `${api}/v1/sessions/${session.id}/torrents`
    const output = () => server.output()
    return {
      name: 'resttorrent',
      host,
      port: session.port,
      add,
      complete,
      row,
      stop: () => server.stop(),
      output,
    }
  } catch (error) {
    await server.stop()
    throw error
  }
}

function flags(host: string): string[] {
  const named = {
    port: '0',
    'data-dir': temporaryFolder(),
    'root-dir': realpathSync(tmpdir()),
    'listen-host': host,
    'allow-private-peers': 'loopback,private',
    'log-level': 'debug',
  }
  return ['--no-auth', ...Object.entries(named).flatMap(([name, value]) => [`--${name}`, value])]
}

function addressIn(line: string): string | undefined {
  const { address } = JSON.parse(line) as { address?: string }
  return address
}

/** Reads, or posts a form; rejects with the answer's message when it is a failure. */
async function call(url: string, form?: FormData): Promise<unknown> {
  const response = await fetch(url, {
    headers: { connection: 'close' },
    signal: AbortSignal.timeout(answerWithinMs),
    ...(form && { method: 'POST', body: form }),
  })
  const answer = (await response.json()) as { status: string; message?: string }
  if (answer.status !== 'success') throw new Error(`${url}: ${response.status} ${answer.message}`)
  return answer
}
