/** Opens the connections of a session: to the torrents' peers in turns, and never too many at once. */

/**
 * Attempts that are not connected yet, of all torrents. With the engine's 5 s for an attempt, ten silent
 * addresses a second are tried at the worst, and routers with small tables live through it.
 */
const mostHalfOpen = 50

/** A torrent that has peers to dial. */
export interface Diallable {
  /** Attempts that are not connected yet. */
  readonly halfOpen: number
  /** Opens a connection to its next peer; false when there is none that may be dialled now. */
  dialNext(now: number): boolean
}

export class Dialler {
  readonly #room: () => number
  #torrents: Diallable[] = []
  #isPlanned = false

  /** `room` is how many connections the session may still have. */
  constructor(room: () => number) {
    this.#room = room
  }

  add(torrent: Diallable): void {
    this.#torrents.push(torrent)
  }

  remove(torrent: Diallable): void {
    this.#torrents = this.#torrents.filter((other) => other !== torrent)
  }

  /** Somebody may be dialled who could not before. */
  kick(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    queueMicrotask(() => {
      this.#isPlanned = false
      this.#dial(performance.now())
    })
  }

  #dial(now: number): void {
    const halfOpen = this.#torrents.reduce((sum, torrent) => sum + torrent.halfOpen, 0)
    let most = Math.min(mostHalfOpen - halfOpen, this.#room())
    const inTurn = new Set(this.#torrents)
    while (most > 0 && inTurn.size > 0) {
      for (const torrent of inTurn) {
        if (most <= 0) break
        if (!torrent.dialNext(now)) inTurn.delete(torrent)
        else {
          most -= 1
          this.#torrents.push(...this.#torrents.splice(this.#torrents.indexOf(torrent), 1)) // the others come first now
        }
      }
    }
  }
}
