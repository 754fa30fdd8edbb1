/**
 * Knows what was acknowledged, and what may have happened because the answer was cut off. It is asked after
 * each restart whether the server remembers the same.
 */
import { join } from 'node:path'
import { FileFates, type Holds } from './file-fates.ts'
import { Places, type ToldPlace } from './places.ts'

export interface Listed {
  /** Ids of sessions with their ports. */
  readonly sessions: ReadonlyMap<string, number>
  /** Each torrent with the id of its session. */
  readonly torrents: ReadonlyMap<string, ToldPlace & { readonly session: string }>
}

type Known = 'present' | 'absent' | 'in doubt'

interface KnownTorrent {
  known: Known
  readonly session: string
  readonly places: Places
  /** Whether its data goes with it, once its removal was asked for. */
  withData?: boolean | undefined
}

/** A file whose torrent has that name: as it is, with another name, and in a folder. */
export const namesOf = (name: string): readonly [string, ...string[]] => [
  name,
  `${name} renamed`,
  join('sub', name),
]

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
  readonly files = new FileFates()
  /** Torrents that were found in another place than before. */
  moved = 0
  readonly #disks: readonly [string, ...string[]]
  readonly #names: ReadonlyMap<string, string>

  /** `names` are those of the one file that each torrent has, `disks` absolute folders that save paths are in. */
  constructor(disks: readonly [string, ...string[]], names: ReadonlyMap<string, string>) {
    this.#disks = disks
    this.#names = names
  }

  /** Save paths of the torrents of a session, the first for those that are added. */
  foldersOf(session: string): readonly [string, ...string[]] {
    const [first, ...others] = this.#disks
    const folder = session.slice(-8)
    return [join(first, folder), join(first, folder, 'deeper'), ...others.map((disk) => join(disk, folder))]
  }

  /** Names that the file of a torrent may be given, the first its own. */
  namesOf(infoHash: string): readonly [string, ...string[]] {
    return namesOf(this.#names.get(infoHash) ?? '')
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
    for (const torrent of this.#torrents.values()) {
      if (torrent.session !== id) continue
      if (known === 'absent') this.#gone(torrent)
      else if (torrent.known !== 'absent') torrent.known = known
    }
  }

  /** A torrent was added or removed, and that is acknowledged or refused. */
  torrent(infoHash: string, known: 'present' | 'absent'): void {
    this.acknowledged += 1
    const torrent = this.#torrents.get(infoHash)
    if (torrent === undefined) return
    if (known === 'absent') this.#gone(torrent)
    else torrent.known = known
  }

  /** It is being added: its file is its own from now on. */
  adding(infoHash: string, session: string): void {
    const places = new Places(this.files, this.foldersOf(session)[0], this.namesOf(infoHash)[0])
    this.#torrents.set(infoHash, { known: 'in doubt', session, places })
  }

  /** It is being removed, and nobody knows whether it is until that is answered. */
  removing(infoHash: string, withData: boolean): void {
    const torrent = this.#torrents.get(infoHash)
    if (torrent) Object.assign(torrent, { known: 'in doubt', withData })
  }

  /** Where the file of a torrent that is there may lie. */
  placesOf(infoHash: string): Places | undefined {
    const torrent = this.#torrents.get(infoHash)
    return torrent?.known === 'present' ? torrent.places : undefined
  }

  /** Pieces of a torrent are claimed, in the file at this path. */
  claimed(infoHash: string, path: string, holds: Holds): void {
    if (this.sessionOf(infoHash) !== undefined) this.files.claimed(path, holds)
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
      if (known === 'present' && now?.session !== session) {
        this.lost += 1
        wrong.push(`torrent ${infoHash} of ${session} is in ${String(now?.session)}`)
      }
      if (known === 'absent' && now !== undefined) this.#back(`torrent ${infoHash}`, wrong)
    }
    this.#settle(sessions, torrents, wrong)
    return wrong
  }

  #back(what: string, wrong: string[]): void {
    this.resurrected += 1
    wrong.push(`${what} came back`)
  }

  #settle(sessions: Listed['sessions'], torrents: Listed['torrents'], wrong: string[]): void {
    for (const [id, port] of sessions) this.#sessions.set(id, { known: 'present', port })
    for (const [id, session] of this.#sessions) if (!sessions.has(id)) session.known = 'absent'
    for (const [infoHash, torrent] of this.#torrents) {
      const now = torrents.get(infoHash)
      if (now === undefined) this.#gone(torrent)
      else {
        torrent.known = 'present'
        this.#judgePlace(infoHash, torrent.places, now, wrong)
      }
    }
  }

  #judgePlace(infoHash: string, places: Places, now: ToldPlace, wrong: string[]): void {
    const before = places.found
    const fault = places.judge(now)
    this.moved += places.found - before
    if (fault === undefined) return
    this.lost += 1
    wrong.push(`torrent ${infoHash} ${fault}`)
  }

  /** Where its session went with it and its own removal was not answered, nobody knows which came first. */
  #gone(torrent: KnownTorrent): void {
    if (torrent.known === 'absent') return
    torrent.known = 'absent'
    const sessionStays = this.#sessions.get(torrent.session)?.known === 'present'
    const { withData } = torrent
    torrent.places.removed(sessionStays ? withData : withData === undefined ? false : undefined)
  }
}
