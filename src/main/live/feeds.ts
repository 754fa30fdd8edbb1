/**
 * Sends updates to those that follow. Followers of the same are one group: what changed is computed and
 * serialized once for all of it, soon after the change where the group was told nothing for its interval, else
 * when that is over. One that does not read gets nothing until it does, and then the latest.
 */
import type { Interest, LiveBoard, UpdateText } from './live-board.ts'

/** One follower's end of a transport. */
export interface Sink {
  /** Whether what was sent before has left. */
  readonly isReady: boolean
}

/** A way to many followers at once, such as Socket.IO. */
export interface Channel<S extends Sink> {
  send(sinks: readonly S[], update: UpdateText): void
}

/** What a follower asks for; the same `name` says the same interest. */
export interface Wish {
  readonly name: string
  readonly interest: Interest
  readonly intervalMs: number
}

interface Member<S> {
  readonly sink: S
  /** The revision that it has. */
  told: number
  /** Up to which nothing of interest happened since. */
  seen: number
}

interface Group<S> {
  readonly wish: Wish
  readonly members: Set<Member<S>>
  /** Running where something may have to be told. */
  timer: NodeJS.Timeout | undefined
  /** When it was last looked for something to tell, by `performance.now()`. */
  lookedAt: number
}

/** Changes that come together are told together. */
const soonMs = 10

export class Feeds<S extends Sink> {
  readonly #live: LiveBoard
  readonly #channel: Channel<S>
  readonly #groups = new Map<string, Group<S>>()
  /** Groups that know everything, by what would wake them. */
  readonly #idle = new Map<string, Set<Group<S>>>()
  readonly #onChange: () => void

  /** `onChange` is told when somebody begins or ends to follow. */
  constructor(live: LiveBoard, channel: Channel<S>, onChange: () => void) {
    this.#live = live
    this.#channel = channel
    this.#onChange = onChange
    live.onChange((sessionId, ofTorrents) => {
      this.#wake('all')
      this.#wake(ofTorrents ? `torrents ${sessionId}` : 'sessions')
    })
  }

  /** Whether anybody follows the session. */
  follows(sessionId: string): boolean {
    return [...this.#groups.values()].some(({ wish: { interest } }) => {
      return interest.sessionId === undefined || interest.sessionId === sessionId
    })
  }

  /** Follows from now on; gives what is there, or what changed since a revision, and its own undo. */
  follow(sink: S, wish: Wish, since: string | undefined): { first: UpdateText; leave: () => void } {
    const first = this.#live.textSince(wish.interest, since)
    const group = this.#groups.get(wish.name) ?? this.#open(wish)
    const told = this.#live.numberOf(first.revision) ?? 0
    const member = { sink, told, seen: told }
    group.members.add(member)
    const leave = (): void => {
      if (!group.members.delete(member) || group.members.size > 0) return
      this.#sleep(group)
      this.#groups.delete(wish.name)
      this.#onChange()
    }
    return { first, leave }
  }

  /** Ends every group. */
  close(): void {
    for (const group of this.#groups.values()) this.#sleep(group)
    this.#groups.clear()
  }

  #open(wish: Wish): Group<S> {
    const group: Group<S> = { wish, members: new Set(), timer: undefined, lookedAt: -Infinity }
    this.#groups.set(wish.name, group)
    this.#rest(group)
    this.#onChange()
    return group
  }

  /** Waits for a change. */
  #rest(group: Group<S>): void {
    const name = wakingName(group.wish.interest)
    const those = this.#idle.get(name) ?? new Set()
    this.#idle.set(name, those.add(group))
  }

  #wake(name: string): void {
    const those = this.#idle.get(name)
    if (those === undefined) return
    this.#idle.delete(name)
    for (const group of those) this.#arm(group)
  }

  #arm(group: Group<S>): void {
    const dueMs = group.lookedAt + group.wish.intervalMs - performance.now()
    group.timer = setTimeout(() => this.#look(group), Math.max(soonMs, dueMs))
  }

  #sleep(group: Group<S>): void {
    clearTimeout(group.timer)
    const name = wakingName(group.wish.interest)
    const those = this.#idle.get(name)
    if (those?.delete(group) === true && those.size === 0) this.#idle.delete(name)
  }

  #look(group: Group<S>): void {
    group.timer = undefined
    group.lookedAt = performance.now()
    this.#tell(group)
    // one that does not read is looked at again, whether anything changes or not
    const isBehind = [...group.members].some(({ seen }) => seen !== this.#live.revision)
    if (isBehind) this.#arm(group)
    else this.#rest(group)
  }

  /** Nearly all members stand at the same revision, so that nearly always one update serves all. */
  #tell({ wish, members }: Group<S>): void {
    const { revision } = this.#live
    const behind = new Map<string, Member<S>[]>()
    for (const member of members) {
      if (member.seen === revision || !member.sink.isReady) continue
      const at = `${member.told} ${member.seen}`
      const others = behind.get(at)
      if (others === undefined) behind.set(at, [member])
      else others.push(member)
    }
    for (const those of behind.values()) {
      const [{ told, seen } = { told: 0, seen: 0 }] = those
      const update = this.#live.since(wish.interest, seen, told)
      for (const member of those) {
        member.seen = revision
        if (update !== undefined) member.told = revision
      }
      if (update !== undefined)
        this.#channel.send(
          those.map(({ sink }) => sink),
          { revision: update.revision, json: JSON.stringify(update) },
        )
    }
  }
}

/** What has to change before followers of this have anything to hear. */
function wakingName({ topic, sessionId = '' }: Interest): string {
  return topic === 'torrents' ? `torrents ${sessionId}` : topic
}
