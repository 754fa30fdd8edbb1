/** qBittorrent 4.5 without a window as a peer: TCP only, driven over its web API. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryFolder } from '../support/suite.ts'
import type { DialingPeer, Encryption, PeerOptions, Source } from './peer.ts'
import { Program } from './program.ts'
import { freePort } from '../support/ports.ts'

const readyWithinMs = 60_000
const answerWithinMs = 20_000
const encryptionMode = { enabled: 0, forced: 1, disabled: 2 } satisfies Record<Encryption, number>

interface Status {
  hash: string
  progress: number
  state: string
}

/** A qBittorrent that listens; encryption is `enabled` (both kinds) unless told otherwise. */
export async function startQbittorrent(
  options: PeerOptions = {},
): Promise<DialingPeer & { readonly pid: number }> {
  const host = options.host ?? '127.0.0.1'
  const port = await freePort()
  const webPort = await freePort()
  const folder = temporaryFolder()
  const configuration = join(folder, 'qBittorrent/config')
  mkdirSync(configuration, { recursive: true })
  const content = settings(host, port, webPort, options.encryption ?? 'enabled')
  writeFileSync(join(configuration, 'qBittorrent.conf'), content)
  const args = [`--profile=${folder}`, `--webui-port=${webPort}`]
  const program = new Program('qbittorrent-nox', args, options.prefix ? { prefix: options.prefix } : {})
  const call = (path: string, fields?: Record<string, string | Blob>) =>
    request(`http://127.0.0.1:${webPort}/api/v2/${path}`, fields)
  const status = async () => (JSON.parse(await call('torrents/info')) as Status[])[0]

  const add = async (source: Source, savepath: string) => {
    const what: Record<string, string | Blob> =
      'torrent' in source
        ? { torrents: new Blob([readFileSync(source.torrent)], { type: 'application/x-bittorrent' }) }
        : { urls: source.magnet }
    await call('torrents/add', { ...what, savepath, contentLayout: 'Original', autoTMM: 'false' })
    await program.until(answerWithinMs, 'added', status)
  }
  const connect = async (toHost: string, toPort: number) => {
    const hashes = (await status())?.hash ?? ''
    const peers = `${toHost.includes(':') ? `[${toHost}]` : toHost}:${toPort}`
    await call('torrents/addPeers', { hashes, peers })
  }
  const complete = async (deadlineMs: number) => {
    await program.until(deadlineMs, 'complete', async () => {
      const { progress = 0, state = '' } = (await status()) ?? {}
      if (state === 'error' || state === 'missingFiles') throw new Error(state)
      return (progress === 1 && !state.startsWith('checking')) || undefined
    })
  }

  try {
    // Nobody listens yet, until somebody does: the deadline tells the difference.
    await program.until(readyWithinMs, 'ready', () => call('app/version').catch(() => undefined))
    const stop = () => program.stop()
    return {
      name: 'qbittorrent',
      pid: program.pid,
      host,
      port,
      add,
      connect,
      complete,
      stop,
      output: () => program.output(),
    }
  } catch (error) {
    await program.stop()
    throw error
  }
}

/** Reads, or posts a form; rejects when the answer is not 200. */
async function request(url: string, fields?: Record<string, string | Blob>): Promise<string> {
  const form = new FormData()
  for (const [name, value] of Object.entries(fields ?? {})) form.set(name, value)
  const response = await fetch(url, {
    headers: { connection: 'close' },
    signal: AbortSignal.timeout(answerWithinMs),
    ...(fields && { method: 'POST', body: form }),
  })
  const text = await response.text()
  if (!response.ok) throw new Error(`${url}: ${response.status} ${text}`)
  return text
}

function settings(host: string, port: number, webPort: number, encryption: Encryption): string {
  return `[LegalNotice]
Accepted=true

[BitTorrent]
Session\\AddTrackersEnabled=false
Session\\BTProtocol=TCP
Session\\DHTEnabled=false
Session\\Encryption=${encryptionMode[encryption]}
Session\\Interface=lo
Session\\InterfaceAddress=${host}
Session\\InterfaceName=lo
Session\\LSDEnabled=false
Session\\MultiConnectionsPerIp=true
Session\\PeXEnabled=false
Session\\Port=${port}
Session\\QueueingSystemEnabled=false

[Network]
PortForwardingEnabled=false

[Preferences]
WebUI\\Address=127.0.0.1
WebUI\\CSRFProtection=false
WebUI\\HostHeaderValidation=false
WebUI\\LocalHostAuth=false
WebUI\\Port=${webPort}
WebUI\\UseUPnP=false
`
}
