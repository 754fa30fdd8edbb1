/** Callers that add, stop, start and remove at random until the server is gone, and tell the oracle. */
import { setTimeout as delay } from 'node:timers/promises'
import { freePort } from '../peers/tools.ts'
import type { Face } from '../support/faces.ts'
import { savePathOf, type Listed, type Oracle } from './oracle.ts'
import type { Random } from './random.ts'

/** A torrent that callers add: where it is seeded and how long it is. */
export interface Seeded {
  readonly infoHash: string
  readonly magnet: string
  readonly length: number
}

const mostSessions = 3
const pauseMs = [20, 250] as const

/** Was the answer cut off? Then nobody knows what came of it. A refusal is an answer. */
const isRefusal = (error: unknown): boolean => error instanceof Error && /^\w+: [a-z_]+: /.test(error.message)

export class Callers {
  /** Torrents that were removed or added again in this run: what they received is not judged. */
  readonly disturbed = new Set<string>()
  readonly #face: Face
  readonly #oracle: Oracle
  readonly #random: Random
  readonly #torrents: readonly Seeded[]
  #isGone = false

  constructor(face: Face, oracle: Oracle, random: Random, torrents: readonly Seeded[]) {
    this.#face = face
    this.#oracle = oracle
    this.#random = random
    this.#torrents = torrents
  }

  /** What the server lists; rejects when it is gone. */
  static async list(face: Face): Promise<Listed> {
    const { sessions } = await face.call('get_session_list')
    const torrents = new Map<string, string>()
    for (const { id } of sessions) {
      const listed = await face.call('get_torrent_list', { session_id: id })
      for (const { info_hash } of listed.torrents) torrents.set(info_hash, id)
    }
    return { sessions: new Map(sessions.map(({ id, port }) => [id, port])), torrents }
  }

  /** Settles when some torrent has bytes, or the server is gone. */
  static async whenInUse(face: Face): Promise<void> {
    let inUse = false
    while (!inUse) {
      await delay(pauseMs[0])
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
    const chance = this.#random.next()
    if (chance < 0.02) await this.#remove(infoHash, session)
    else if (chance < 0.06) await this.#ask(() => this.#face.call('stop_torrent', named))
    else if (chance < 0.3) await this.#ask(() => this.#face.call('start_torrent', named))
  }

  async #add(infoHash: string, magnet: string, session: string): Promise<void> {
    this.disturbed.add(infoHash)
    this.#oracle.adding(infoHash, session)
    const added = { session_id: session, magnet, save_path: savePathOf(session) }
    await this.#ask(
      async () => {
        await this.#face.call('upload_torrent', added)
        if (this.#oracle.sessions.includes(session)) this.#oracle.torrent(infoHash, 'present', session)
      },
      () => this.#oracle.torrent(infoHash, 'absent', session),
    )
  }

  async #remove(infoHash: string, session: string): Promise<void> {
    this.disturbed.add(infoHash)
    const delete_data = this.#random.next() < 0.5
    this.#oracle.removing(infoHash, session, delete_data)
    const named = { session_id: session, info_hash: infoHash, delete_data }
    await this.#ask(async () => {
      await this.#face.call('delete_torrent', named)
      this.#oracle.torrent(infoHash, 'absent', session)
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
