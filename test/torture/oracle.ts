/**
 * Knows what was acknowledged, and what may have happened because the answer was cut off. It is asked after
 * each restart whether the server remembers the same.
 */
import { join } from 'node:path'
import { FileFates } from './file-fates.ts'

export interface Listed {
  /** Ids of sessions with their ports. */
  readonly sessions: ReadonlyMap<string, number>
  /** Ids of the sessions that each torrent is in. */
  readonly torrents: ReadonlyMap<string, string>
}

type Known = 'present' | 'absent' | 'in doubt'

interface KnownTorrent {
  known: Known
  readonly session: string
  /** Whether its data goes with it, once its removal was asked for. */
  withData?: boolean | undefined
}

/** The save path of the torrents of a session. */
export const savePathOf = (session: string): string => session.slice(-8)

export class Oracle {
  /** Acknowledged sessions or torrents that were missing, or had another port. */
  lost = 0
  /** Acknowledged removals that came back. */
  resurrected = 0
  /** Acknowledgements held so far. */
  acknowledged = 0
  readonly #sessions = new Map<string, { known: Known; port: number }>()
  readonly #torrents = new Map<string, KnownTorrent>()
  /** What becomes of the torrents' files. */
  readonly files: FileFates
  readonly #names: ReadonlyMap<string, string>

  /** `names` are those of the one file that each torrent has, `root` the folder that save paths are below. */
  constructor(root: string, names: ReadonlyMap<string, string>) {
    this.files = new FileFates(root)
    this.#names = names
  }

  get sessions(): string[] {
    return [...this.#sessions].filter(([, { known }]) => known === 'present').map(([id]) => id)
  }

  /** Where a torrent is, if it is known to be there. */
  sessionOf(infoHash: string): string | undefined {
    const torrent = this.#torrents.get(infoHash)
    return torrent?.known === 'present' ? torrent.session : undefined
  }

  isAbsent(infoHash: string): boolean {
    return (this.#torrents.get(infoHash)?.known ?? 'absent') === 'absent'
  }

  session(id: string, known: Known, port = this.#sessions.get(id)?.port ?? 0): void {
    this.#sessions.set(id, { known, port })
    if (known !== 'in doubt') this.acknowledged += 1
    if (known === 'present') return
    for (const [infoHash, torrent] of this.#torrents) {
      if (torrent.session !== id) continue
      if (known === 'absent') this.#gone(infoHash, torrent)
      else if (torrent.known !== 'absent') torrent.known = known
    }
  }

  torrent(infoHash: string, known: Known, session: string): void {
    if (known !== 'in doubt') this.acknowledged += 1
    const before = this.#torrents.get(infoHash)
    if (known === 'absent' && before !== undefined) return this.#gone(infoHash, before)
    this.#torrents.set(infoHash, { known, session })
  }

  /** It is being added: its file is its own from now on. */
  adding(infoHash: string, session: string): void {
    this.torrent(infoHash, 'in doubt', session)
    this.files.used(this.#pathOf(infoHash, session))
  }

  /** It is being removed, and nobody knows whether it is until that is answered. */
  removing(infoHash: string, session: string, withData: boolean): void {
    this.#torrents.set(infoHash, { known: 'in doubt', session, withData })
  }

  /** Pieces of a torrent are claimed. */
  claimed(infoHash: string): void {
    const session = this.sessionOf(infoHash)
    if (session !== undefined) this.files.claimed(this.#pathOf(infoHash, session))
  }

  /** Holds what the server lists against what is known; doubts are settled by it. Gives what is wrong. */
  judge({ sessions, torrents }: Listed): string[] {
    const wrong: string[] = []
    for (const [id, { known, port }] of this.#sessions) {
      const now = sessions.get(id)
      if (known === 'present' && now !== port) {
        this.lost += 1
        wrong.push(`session ${id} was on ${port}, is on ${String(now)}`)
      }
      if (known === 'absent' && now !== undefined) this.#back(`session ${id}`, wrong)
    }
    for (const [infoHash, { known, session }] of this.#torrents) {
      const now = torrents.get(infoHash)
      if (known === 'present' && now !== session) {
        this.lost += 1
        wrong.push(`torrent ${infoHash} of ${session} is in ${String(now)}`)
      }
      if (known === 'absent' && now !== undefined) this.#back(`torrent ${infoHash}`, wrong)
    }
    this.#settle(sessions, torrents)
    return wrong
  }

  #back(what: string, wrong: string[]): void {
    this.resurrected += 1
    wrong.push(`${what} came back`)
  }

  #settle(sessions: Listed['sessions'], torrents: Listed['torrents']): void {
    for (const [id, port] of sessions) this.#sessions.set(id, { known: 'present', port })
    for (const [id, session] of this.#sessions) if (!sessions.has(id)) session.known = 'absent'
    for (const [infoHash, session] of torrents) this.#torrents.set(infoHash, { known: 'present', session })
    for (const [infoHash, torrent] of this.#torrents)
      if (!torrents.has(infoHash)) this.#gone(infoHash, torrent)
  }

  /** Where its session went with it and its own removal was not answered, nobody knows which came first. */
  #gone(infoHash: string, torrent: KnownTorrent): void {
    if (torrent.known === 'absent') return
    torrent.known = 'absent'
    const sessionStays = this.#sessions.get(torrent.session)?.known === 'present'
    const withData = sessionStays ? torrent.withData : torrent.withData === undefined ? false : undefined
    this.files.removed(this.#pathOf(infoHash, torrent.session), withData)
  }

  #pathOf(infoHash: string, session: string): string {
    return join(savePathOf(session), this.#names.get(infoHash) ?? '')
  }
}
