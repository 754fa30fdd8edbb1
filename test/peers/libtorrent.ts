/** libtorrent 2.0 as a peer: TCP only, told by JSON lines what to do. */
import { join } from 'node:path'
import type { DialingPeer, PeerOptions, Source } from './peer.ts'
import { Program } from './program.ts'
import { python } from './tools.ts'

const script = join(import.meta.dirname, 'libtorrent-peer.py')
const answerWithinMs = 30_000

/** A peer as libtorrent sees it. */
export interface SeenPeer {
  client: string
  upload_only: boolean
  seed: boolean
  /** How many it says that it has. */
  pieces: number
  encrypted: boolean
}

export interface LibtorrentPeer extends DialingPeer {
  readonly pid: number
  /** Adds a torrent with these priorities of its files. */
  addPart(torrent: string, folder: string, priorities: number[]): Promise<void>
  /** Adds a torrent whose files are whole, and are not checked but when they are asked for. */
  addWhole(torrent: string, folder: string): Promise<void>
  /** Its peers, now. */
  peers(): Promise<SeenPeer[]>
  /** The last extended handshake (BEP 10) that it was sent, as its log shows it. */
  extended(): Promise<string>
}

/** The lines that the process tells, by their event. */
interface Fields {
  listening: { port: number }
  added: { info_hash: string }
  progress: { info_hash: string; state: string; progress: number; num_peers: number }
  done: { info_hash: string }
  peers: { peers: SeenPeer[] }
  extended: { message: string }
  log: { message: string }
  error: { message: string }
}

/**
 * A libtorrent session that listens; encryption is `enabled` (both kinds) unless told otherwise. A `quiet`
 * one makes no records of what it does, which costs it a part of its speed.
 */
export async function startLibtorrent(
  options: PeerOptions & { lsd?: boolean; dht?: boolean; quiet?: boolean } = {},
): Promise<LibtorrentPeer> {
  const host = options.host ?? '127.0.0.1'
  const listenHost = host.includes(':') ? `[${host}]` : host
  const settings = {
    host: listenHost,
    port: 0,
    encryption: options.encryption ?? 'enabled',
    lsd: options.lsd ?? false,
    dht: options.dht ?? false,
    quiet: options.quiet ?? false,
  }
  const told: Partial<Fields> = {}
  const program = new Program(python, ['-u', script, JSON.stringify(settings)], {
    ...(options.prefix && { prefix: options.prefix }),
    onLine: (line) => {
      const { event, ...fields } = JSON.parse(line) as { event: keyof Fields }
      Object.assign(told, { [event]: fields })
    },
  })

  const hear = async <E extends keyof Fields>(ms: number, event: E): Promise<Fields[E]> =>
    await program.until<Fields[E]>(ms, event, () => {
      if (told.error) throw new Error(told.error.message)
      return told[event]
    })
  let infoHash = ''

  const add = async (source: Source & { priorities?: number[]; whole?: boolean }, folder: string) => {
    delete told.added
    delete told.done
    program.tell(JSON.stringify({ command: 'add', folder, ...source }))
    infoHash = (await hear(answerWithinMs, 'added')).info_hash
  }
  const connect = (toHost: string, port: number) => {
    program.tell(JSON.stringify({ command: 'connect', info_hash: infoHash, host: toHost, port }))
    return Promise.resolve()
  }

  try {
    const { port } = await hear(answerWithinMs, 'listening')
    return {
      name: 'libtorrent',
      pid: program.pid,
      host,
      port,
      add,
      addWhole: (torrent, folder) => add({ torrent, whole: true }, folder),
      addPart: (torrent, folder, priorities) => add({ torrent, priorities }, folder),
      peers: async () => {
        delete told.peers
        program.tell(JSON.stringify({ command: 'peers', info_hash: infoHash }))
        return (await hear(answerWithinMs, 'peers')).peers
      },
      extended: async () => (await hear(answerWithinMs, 'extended')).message,
      connect,
      complete: async (deadlineMs) => {
        await hear(deadlineMs, 'done')
      },
      stop: () => program.stop(),
      output: () => program.output(),
    }
  } catch (error) {
    await program.stop()
    throw error
  }
}
