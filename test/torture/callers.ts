/** Callers that add, stop, start, move, rename and remove at random until the server is gone, and tell the oracle. */
import { setTimeout as delay } from 'node:timers/promises'
import { join } from 'node:path'
import type { CommandOutput } from '../../src/protocol/commands.ts'
import { freePort } from '../support/ports.ts'
import type { Face } from '../support/faces.ts'
import type { Listed, Oracle } from './oracle.ts'
import type { Random } from './random.ts'

/** A torrent that callers add: where it is seeded and how long it is. */
export interface Seeded {
  readonly infoHash: string
  readonly magnet: string
  readonly length: number
}

const mostSessions = 3
const pauseMs = [20, 250] as const
const lookEveryMs = 100
/** How often a torrent that moves is removed in the middle, or its session is. */
const removedOnTheWay = 0.16
const midwayMs = [0, 150] as const

/** Was the answer cut off? Then nobody knows what came of it. A refusal is an answer. */
const isRefusal = (error: unknown): boolean => error instanceof Error && /^\w+: [a-z_]+: /.test(error.message)

export class Callers {
  /** Torrents that were removed, added again or stopped, which drops what is not whole yet: what they received is not judged. */
  readonly disturbed = new Set<string>()
  readonly #face: Face
  readonly #oracle: Oracle
  readonly #random: Random
  readonly #torrents: readonly Seeded[]
  readonly #unrest: number
  #isGone = false

  /** `unrest`: how often torrents are moved, renamed and removed; with 0 none is moved or renamed. */
  constructor(face: Face, oracle: Oracle, random: Random, torrents: readonly Seeded[], unrest: number) {
    this.#unrest = unrest
    this.#face = face
    this.#oracle = oracle
    this.#random = random
    this.#torrents = torrents
  }

  /** What the server lists, whose root is `/`; rejects when it is gone. */
  static async list(face: Face): Promise<Listed> {
    const { sessions } = await face.call('get_session_list')
    const { jobs } = await face.call('get_jobs', { limit: 300 }) // first: what is done then shows in the rows
    const torrents: [string, Listed['torrents'] extends ReadonlyMap<string, infer Told> ? Told : never][] = []
    for (const { id } of sessions) {
      const listed = await face.call('get_torrent_list', { session_id: id })
      for (const { info_hash, save_path, added_at } of listed.torrents) {
        const of = jobs.filter((job) => job.info_hash === info_hash && job.created_at >= added_at)
        const [newest] = of
        const to = newest?.state === 'done' ? newest.result?.['save_path'] : undefined
        const told = await face.ask('get_files', { session_id: id, info_hash })
        const [file] = (told as Partial<CommandOutput<'get_files'>>).files ?? []
        const place = {
          session: id,
          folder: join('/', save_path),
          name: file?.path,
          isMoving: of.some(({ finished_at }) => finished_at === null),
          movedTo: typeof to === 'string' ? join('/', to) : undefined,
        }
        torrents.push([info_hash, place])
      }
    }
    return { sessions: new Map(sessions.map(({ id, port }) => [id, port])), torrents: new Map(torrents) }
  }

  /** Settles when some torrent has bytes, or the server is gone. */
  static async whenInUse(face: Face): Promise<void> {
    let inUse = false
    while (!inUse) {
      await delay(lookEveryMs)
      const { sessions } = await face.call('get_session_list').catch(() => ({ sessions: undefined }))
      if (sessions === undefined) return
      const lists = sessions.map(({ id }) => face.call('get_torrent_list', { session_id: id }))
      const listed = await Promise.all(lists).catch(() => []) // a session may have been deleted meanwhile
      inUse = listed.some(({ torrents }) => torrents.some(({ progress }) => progress > 0))
    }
  }

  /** Settles when the server is gone. */
  async run(): Promise<void> {
    const lanes = this.#torrents.map((torrent) => this.#repeat(() => this.#changeTorrent(torrent)))
    await Promise.all([...lanes, this.#repeat(() => this.#changeSessions())])
  }

  async #repeat(step: () => Promise<void>): Promise<void> {
    while (!this.#isGone) {
      await step()
      await delay(this.#random.between(...pauseMs))
    }
  }

  async #changeSessions(): Promise<void> {
    const { sessions } = this.#oracle
    if (sessions.length >= mostSessions) {
      if (this.#random.next() < 0.02) await this.#removeSession(this.#random.pick(sessions))
      return
    }
    const ports = [await freePort()]
    await this.#ask(async () => {
      const { session } = await this.#face.call('create_session', { ports, dht: 0, memory_only: 0 })
      this.#oracle.session(session.id, 'present', session.port)
    })
  }

  async #removeSession(id: string): Promise<void> {
    for (const { infoHash } of this.#torrents)
      if (this.#oracle.sessionOf(infoHash) === id) this.disturbed.add(infoHash)
    this.#oracle.session(id, 'in doubt')
    await this.#ask(async () => {
      await this.#face.call('delete_session', { session_id: id })
      this.#oracle.session(id, 'absent')
    })
  }

  async #changeTorrent({ infoHash, magnet }: Seeded): Promise<void> {
    const session = this.#oracle.sessionOf(infoHash)
    if (session === undefined) {
      const { sessions } = this.#oracle
      if (sessions.length > 0 && this.#oracle.isAbsent(infoHash))
        await this.#add(infoHash, magnet, this.#random.pick(sessions))
      return
    }
    const named = { session_id: session, info_hash: infoHash }
    const unrest = this.#unrest
    const place = this.#random.next()
    const chance = this.#random.next()
    if (place < 0.04 * unrest) await this.#move(infoHash, session)
    else if (place < 0.08 * unrest) await this.#rename(infoHash, session)
    else if (chance < 0.02 * Math.max(1, unrest)) await this.#remove(infoHash, session)
    else if (chance < 0.1) await this.#stop(infoHash, named)
    else if (chance < 0.3) await this.#ask(() => this.#face.call('start_torrent', named))
  }

  async #add(infoHash: string, magnet: string, session: string): Promise<void> {
    this.disturbed.add(infoHash)
    this.#oracle.adding(infoHash, session)
    const [save_path] = this.#oracle.foldersOf(session)
    const added = { session_id: session, magnet, save_path }
    await this.#ask(
      async () => {
        await this.#face.call('upload_torrent', added)
        if (this.#oracle.sessions.includes(session)) this.#oracle.torrent(infoHash, 'present')
      },
      () => this.#oracle.torrent(infoHash, 'absent'),
    )
  }

  async #move(info_hash: string, session_id: string): Promise<void> {
    const save_path = this.#random.pick(this.#oracle.foldersOf(session_id))
    const named = { session_id, info_hash }
    await this.#ask(async () => {
      const { files } = await this.#face.call('get_files', named)
      this.#oracle.placesOf(info_hash)?.moving(save_path, files.length > 0)
      await this.#face.call('move_torrent', { ...named, save_path })
    })
    const next = this.#random.next()
    if (next >= removedOnTheWay) return
    await delay(this.#random.between(...midwayMs))
    if (this.#oracle.sessionOf(info_hash) !== session_id) return
    if (next < removedOnTheWay / 2) await this.#remove(info_hash, session_id)
    else await this.#removeSession(session_id)
  }

  async #rename(info_hash: string, session_id: string): Promise<void> {
    const new_path = this.#random.pick(this.#oracle.namesOf(info_hash))
    const named = { session_id, info_hash }
    await this.#ask(async () => {
      const [file] = (await this.#face.call('get_files', named)).files
      const places = this.#oracle.placesOf(info_hash)
      if (file === undefined || file.path === new_path) return
      places?.renaming(new_path)
      await this.#face.call('rename_file', { ...named, path: file.path, new_path })
      places?.renamed(new_path)
    })
  }

  async #stop(infoHash: string, named: { session_id: string; info_hash: string }): Promise<void> {
    this.disturbed.add(infoHash)
    await this.#ask(() => this.#face.call('stop_torrent', named))
  }

  async #remove(infoHash: string, session: string): Promise<void> {
    this.disturbed.add(infoHash)
    const delete_data = this.#random.next() < 0.5
    this.#oracle.removing(infoHash, delete_data)
    const named = { session_id: session, info_hash: infoHash, delete_data }
    await this.#ask(async () => {
      await this.#face.call('delete_torrent', named)
      this.#oracle.torrent(infoHash, 'absent')
    })
  }

  async #ask(call: () => Promise<unknown>, onRefused: () => void = () => undefined): Promise<void> {
    try {
      await call()
    } catch (error) {
      if (isRefusal(error)) onRefused()
      else this.#isGone = true
    }
  }
}
