/**
 * Which torrents are announced next: each once in five minutes, new ones soon, those that somebody else
 * announced a little earlier. Instants are passed in, milliseconds of any one clock.
 */
import { mostInfoHashes } from './lsd-message.ts'
import type { LocalSession } from './local-session.ts'
import { Recent } from './recent.ts'

export const announceEveryMs = 5 * 60_000
export const answerEveryMs = 60_000
/** Torrents looked at in one go: a fraction of a millisecond, however many there are. */
const lookedAtOnce = 2000
const mostRemembered = 100_000

/** Torrents of one session that go into one datagram. */
export interface Batch {
  readonly port: number
  readonly infoHashes: readonly string[]
}

export class AnnounceSchedule {
  readonly #announced = new Recent(announceEveryMs, mostRemembered)
  /** Info hashes to be announced, by session; sessions take turns. */
  readonly #due = new Map<string, Set<string>>()
  #walk: Iterator<[LocalSession, string], undefined> | undefined

  /** Looks for torrents that are due, a part of them at each call, round and round. */
  look(sessions: readonly LocalSession[], now: number): void {
    this.#walk ??= torrentsOf(sessions)
    for (let looked = 0; looked < lookedAtOnce; looked++) {
      const { value } = this.#walk.next()
      if (value === undefined) {
        this.#walk = undefined
        return
      }
      const [session, infoHash] = value
      this.#makeDue(session, infoHash, announceEveryMs, now)
    }
  }

  /** Somebody announced this torrent of the session: it is announced too, at most once a minute. */
  answer(session: LocalSession, infoHash: string, now: number): void {
    this.#makeDue(session, infoHash, answerEveryMs, now)
  }

  /** The next datagram's content, which counts as announced from now on; undefined when nothing is due. */
  next(sessions: readonly LocalSession[], now: number): Batch | undefined {
    for (const [id, infoHashes] of this.#due) {
      this.#due.delete(id)
      const session = sessions.find((one) => one.id === id)
      if (session === undefined) continue // it has ended
      const batch = takeWanted(infoHashes, session)
      if (infoHashes.size > 0) this.#due.set(id, infoHashes)
      if (batch.length === 0) continue
      for (const infoHash of batch) this.#announced.note(keyOf(session, infoHash), now)
      return { port: session.port, infoHashes: batch }
    }
    return undefined
  }

  #makeDue(session: LocalSession, infoHash: string, everyMs: number, now: number): void {
    if (this.#announced.age(keyOf(session, infoHash), now) < everyMs || !session.wants(infoHash)) return
    const due = this.#due.get(session.id) ?? new Set()
    this.#due.set(session.id, due.add(infoHash))
  }
}

/** Takes what fits into a datagram; what is wanted no more is dropped on the way. */
function takeWanted(infoHashes: Set<string>, session: LocalSession): string[] {
  const wanted: string[] = []
  for (const infoHash of infoHashes) {
    if (wanted.length >= mostInfoHashes) break
    infoHashes.delete(infoHash)
    if (session.wants(infoHash)) wanted.push(infoHash)
  }
  return wanted
}

function* torrentsOf(sessions: readonly LocalSession[]): Generator<[LocalSession, string], undefined> {
  for (const session of sessions) {
    for (const infoHash of session.infoHashes()) yield [session, infoHash]
  }
  return undefined
}

function keyOf({ id }: LocalSession, infoHash: string): string {
  return `${id} ${infoHash}`
}
