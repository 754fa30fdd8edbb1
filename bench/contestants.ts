/**
 * The clients that are compared when one torrent goes over loopback, each as a process of its own: our built
 * server over REST, another build of it, libtorrent, and WebTorrent as npm installs it.
 */
import { mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { startLibtorrent } from '../test/peers/libtorrent.ts'
import { Program } from '../test/peers/program.ts'
import type { RandomTorrent } from './random-torrent.ts'
import { RestClient } from './rest-client.ts'
import { startServer, type ServerOptions } from './server.ts'

export const contestants = ['ours', 'before', 'libtorrent', 'webtorrent'] as const
export type ContestantName = (typeof contestants)[number]

/** A running client with one torrent, which it looks for in `folder`. */
export interface Contestant {
  readonly pid: number
  /** Where it takes peers, on 127.0.0.1. */
  readonly port: number
  /** Below it lie the torrent's files. */
  readonly folder: string
  /** Resolves when it has the whole torrent, checked. */
  complete(): Promise<void>
  stop(): Promise<void>
}

/** Within which a client starts, checks what is there, or fetches all of it. */
const readyWithinMs = 60_000
const completeWithinMs = 300_000
/** As often as the libtorrent program looks at itself. */
const lookMs = 50

/** The two builds that are compared; `before` is none unless told. */
export interface Builds {
  readonly ours: ServerOptions
  readonly before: ServerOptions | undefined
}

/** Starts a client with the torrent and all settings that a user would leave alone; what is in `folder` is there already. */
export async function startContestant(
  name: ContestantName,
  torrent: RandomTorrent,
  folder: string,
  { ours, before = ours }: Builds,
): Promise<Contestant> {
  mkdirSync(folder, { recursive: true })
  if (name === 'ours') return await startOurs(torrent, folder, ours)
  if (name === 'before') return await startOurs(torrent, folder, before)
  if (name === 'libtorrent') return await startTheirs(torrent, folder)
  return await startStock(torrent, folder)
}

async function startOurs(
  torrent: RandomTorrent,
  folder: string,
  options: ServerOptions,
): Promise<Contestant> {
  const server = await startServer({ ...options, root: folder })
  try {
    const client = new RestClient(server.address)
    const { id, port } = await client.createSession('bench')
    await client.addTorrent(id, readFileSync(torrent.torrent), { savePath: '.', started: true })
    const has = async (ms: number, states: readonly string[]): Promise<void> => {
      const until = performance.now() + ms
      for (;;) {
        const [row] = await client.torrents(id)
        if (row?.state === 'error') throw new Error(JSON.stringify(row))
        if (states.includes(row?.state ?? '')) return
        if (performance.now() > until) throw new Error(`not ${states.join(' or ')} within ${ms} ms`)
        await setTimeout(lookMs)
      }
    }
    await has(readyWithinMs, ['downloading', 'seeding'])
    const complete = async (): Promise<void> => await has(completeWithinMs, ['seeding'])
    return { pid: server.pid, port, folder, complete, stop: async () => await server.stop() }
  } catch (error) {
    await server.stop()
    throw error
  }
}

async function startTheirs({ torrent }: RandomTorrent, folder: string): Promise<Contestant> {
  const peer = await startLibtorrent({ encryption: 'disabled', quiet: true })
  await peer.add({ torrent }, folder)
  const { pid, port } = peer
  return { pid, port, folder, complete: () => peer.complete(completeWithinMs), stop: () => peer.stop() }
}

async function startStock({ torrent }: RandomTorrent, folder: string): Promise<Contestant> {
  let port: number | undefined
  let isComplete = false
  const program = new Program(
    process.execPath,
    [join(import.meta.dirname, 'stock-webtorrent.ts'), torrent, folder],
    {
      onLine: (line) => {
        if (line.startsWith('listening ')) port = Number(line.slice('listening '.length))
        isComplete ||= line === 'done'
      },
    },
  )
  try {
    return {
      pid: program.pid,
      port: await program.until(readyWithinMs, 'listens', () => port),
      folder,
      complete: async () => {
        await program.until(completeWithinMs, 'complete', () => isComplete || undefined)
      },
      stop: () => program.stop(),
    }
  } catch (error) {
    await program.stop()
    throw error
  }
}
