/**
 * Transmission 3.00 as a peer: TCP only, driven over its RPC. It never dials an address of 127/8, so on
 * loopback it waits to be dialled; where it must dial, it is started in a network namespace. As a seed
 * it lets a new peer in at its next round of unchoking, which is up to 10 s away.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/suite.ts'
import type { Encryption, Peer, PeerOptions, Source } from './peer.ts'
import { Program } from './program.ts'
import { postJson } from './rpc.ts'
import { freePort } from '../support/ports.ts'

const answerWithinMs = 30_000
const encryptionMode = { disabled: 0, enabled: 1, forced: 2 } satisfies Record<Encryption, number>

interface Status {
  percentDone: number
  metadataPercentComplete: number
  status: number
  error: number
  errorString: string
}

/** `status` of a torrent that waits for its check or is being checked. */
const checking = [1, 2]
/** `error` of a torrent whose data cannot be read or written; 1 and 2 speak of trackers. */
const localError = 3

/** A Transmission daemon that listens; encryption is `enabled` (preferred) unless told otherwise. */
export async function startTransmission(options: PeerOptions = {}): Promise<Peer & { readonly pid: number }> {
  const host = options.host ?? '127.0.0.1'
  const port = await freePort()
  const rpcPort = await freePort()
  const folder = temporaryFolder()
  const content = settings(host, port, rpcPort, options.encryption ?? 'enabled')
  writeFileSync(join(folder, 'settings.json'), JSON.stringify(content))
  const args = ['--foreground', '--log-info', '--config-dir', folder]
  const program = new Program('transmission-daemon', args, options.prefix ? { prefix: options.prefix } : {})
  const call = rpcCaller(`http://${host}:${rpcPort}/transmission/rpc`)

  const add = async (source: Source, downloadFolder: string) => {
    const what =
      'torrent' in source
        ? { metainfo: readFileSync(source.torrent).toString('base64') }
        : { filename: source.magnet }
    await call('torrent-add', { ...what, 'download-dir': downloadFolder, paused: false })
  }
  const complete = async (deadlineMs: number) => {
    const fields = ['percentDone', 'metadataPercentComplete', 'status', 'error', 'errorString']
    await program.until(deadlineMs, 'complete', async () => {
      const { torrents } = (await call('torrent-get', { fields })) as { torrents: Status[] }
      const [torrent] = torrents
      if (torrent?.error === localError) throw new Error(torrent.errorString)
      return torrent && isComplete(torrent) ? true : undefined
    })
  }

  try {
    // Nobody listens yet, until somebody does: the deadline tells the difference.
    await program.until(answerWithinMs, 'ready', () => call('session-get', {}).catch(() => undefined))
    const output = () => program.output()
    return {
      name: 'transmission',
      pid: program.pid,
      host,
      port,
      add,
      complete,
      stop: () => program.stop(),
      output,
    }
  } catch (error) {
    await program.stop()
    throw error
  }
}

function isComplete(torrent: Status): boolean {
  return (
    torrent.metadataPercentComplete === 1 && torrent.percentDone === 1 && !checking.includes(torrent.status)
  )
}

/** Calls the RPC with the session id that its first answer (409) gives. */
function rpcCaller(url: string): (method: string, fields: object) => Promise<unknown> {
  let id = ''
  return async (method, fields) => {
    const post = () => postJson(url, { method, arguments: fields }, { 'x-transmission-session-id': id })
    let answer = await post()
    if (answer.status === 409) {
      id = answer.headers.get('x-transmission-session-id') ?? ''
      answer = await post()
    }
    const body = answer.body as { result: string; arguments: unknown } | undefined
    if (body?.result !== 'success') throw new Error(`${method}: ${answer.status} ${body?.result ?? ''}`)
    return body.arguments
  }
}

function settings(
  host: string,
  port: number,
  rpcPort: number,
  encryption: Encryption,
): Record<string, unknown> {
  return {
    'bind-address-ipv4': host,
    'bind-address-ipv6': '::1',
    'blocklist-enabled': false,
    'dht-enabled': false,
    encryption: encryptionMode[encryption],
    'lpd-enabled': false,
    'peer-port': port,
    'pex-enabled': false,
    'port-forwarding-enabled': false,
    'ratio-limit-enabled': false,
    'rpc-authentication-required': false,
    'rpc-bind-address': host,
    'rpc-host-whitelist-enabled': false,
    'rpc-port': rpcPort,
    'rpc-whitelist-enabled': false,
    'utp-enabled': false,
  }
}
