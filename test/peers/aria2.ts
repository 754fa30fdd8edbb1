/**
 * aria2 as a peer, driven over its RPC: it dials loopback peers and seeds without a ratio's end. It
 * announces to HTTP trackers only, because its UDP ones need the DHT.
 */
import { readFileSync } from 'node:fs'
import type { Encryption, Peer, PeerOptions, Source } from './peer.ts'
import { Program } from './program.ts'
import { postJson } from './rpc.ts'
import { freePort } from '../support/ports.ts'

const answerWithinMs = 30_000

/** It tries an encrypted handshake and falls back to a plain one, or insists; it cannot go without. */
export interface Aria2Options extends PeerOptions {
  encryption?: Exclude<Encryption, 'disabled'>
}

interface Status {
  status: 'active' | 'waiting' | 'paused' | 'error' | 'complete' | 'removed'
  completedLength: string
  totalLength: string
  verifyIntegrityPending?: string
  verifiedLength?: string
  followedBy?: string[]
  following?: string
  errorMessage?: string
}

/** An aria2 process that listens; encryption is `enabled` (both kinds) unless told otherwise. */
export async function startAria2(options: Aria2Options = {}): Promise<Peer> {
  const host = options.host ?? '127.0.0.1'
  const port = await freePort()
  const rpcPort = await freePort()
  const own = [
    `--bt-force-encryption=${options.encryption === 'forced'}`,
    `--interface=${host}`,
    `--disable-ipv6=${!host.includes(':')}`,
    `--listen-port=${port}`,
    `--rpc-listen-port=${rpcPort}`,
    `--stop-with-process=${process.pid}`,
  ]
  const program = new Program(
    'aria2c',
    [...fixedArgs, ...own],
    options.prefix ? { prefix: options.prefix } : {},
  )
  const call = rpcCaller(`http://127.0.0.1:${rpcPort}/jsonrpc`)
  let id = ''
  let hasInfo = false

  const add = async (source: Source, dir: string) => {
    hasInfo = 'torrent' in source
    id = String(
      'torrent' in source
        ? await call('aria2.addTorrent', readFileSync(source.torrent).toString('base64'), [], { dir })
        : await call('aria2.addUri', [source.magnet], { dir }),
    )
  }
  const complete = async (deadlineMs: number) => {
    await program.until(deadlineMs, 'complete', async () => {
      const status = (await call('aria2.tellStatus', id)) as Status
      if (status.status === 'error') throw new Error(status.errorMessage)
      // The metadata of a magnet link is a download of its own, which the content follows.
      const [next] = status.followedBy ?? []
      if (next !== undefined) id = next
      const isContent = hasInfo || status.following !== undefined
      return isContent && isComplete(status) ? true : undefined
    })
  }

  try {
    // Nobody listens yet, until somebody does: the deadline tells the difference.
    await program.until(answerWithinMs, 'ready', () => call('aria2.getVersion').catch(() => undefined))
    const output = () => program.output()
    return { name: 'aria2', host, port, add, complete, stop: () => program.stop(), output }
  } catch (error) {
    await program.stop()
    throw error
  }
}

const fixedArgs = [
  '--no-conf',
  '--enable-rpc',
  '--enable-dht=false',
  '--enable-dht6=false',
  '--bt-enable-lpd=false',
  '--enable-peer-exchange=false',
  '--bt-save-metadata=false',
  '--bt-remove-unselected-file=false',
  '--rpc-save-upload-metadata=false',
  '--check-integrity=true',
  '--file-allocation=none',
  '--seed-ratio=0.0',
  '--summary-interval=0',
  '--console-log-level=notice',
]

function isComplete(status: Status): boolean {
  if (status.verifyIntegrityPending === 'true' || status.verifiedLength !== undefined) return false
  return status.totalLength !== '0' && status.completedLength === status.totalLength
}

function rpcCaller(url: string): (method: string, ...params: unknown[]) => Promise<unknown> {
  return async (method, ...params) => {
    const answer = await postJson(url, { jsonrpc: '2.0', id: 1, method, params })
    const body = answer.body as { result?: unknown; error?: { message: string } } | undefined
    if (body?.result === undefined) throw new Error(`${method}: ${body?.error?.message ?? answer.status}`)
    return body.result
  }
}
