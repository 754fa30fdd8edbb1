/**
 * Sends updates to those that follow. Followers of the same are one group: what changed is computed and
 * serialized once for all of it. One that does not read gets nothing until it does, and then the latest.
 */
import type { LiveUpdate } from '../../protocol/live.ts'
import type { Interest, LiveBoard } from './live-board.ts'

/** One follower's end of a transport. */
export interface Sink {
  /** Whether what was sent before has left. */
  readonly isReady: boolean
}

/** A way to many followers at once, such as Socket.IO. */
export interface Channel<S extends Sink> {
  send(sinks: readonly S[], update: LiveUpdate): void
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
  readonly timer: NodeJS.Timeout
}

export class Feeds<S extends Sink> {
  readonly #live: LiveBoard
  readonly #channel: Channel<S>
  readonly #groups = new Map<string, Group<S>>()
  readonly #onChange: () => void

  /** `onChange` is told when somebody begins or ends to follow. */
  constructor(live: LiveBoard, channel: Channel<S>, onChange: () => void) {
    this.#live = live
    this.#channel = channel
    this.#onChange = onChange
  }

  /** Whether anybody follows the session. */
  follows(sessionId: string): boolean {
    return [...this.#groups.values()].some(({ wish: { interest } }) => {
      return interest.sessionId === undefined || interest.sessionId === sessionId
    })
  }

  /** Follows from now on; gives what is there, or what changed since a revision, and its own undo. */
  follow(sink: S, wish: Wish, since: string | undefined): { first: LiveUpdate; leave: () => void } {
    const from = since === undefined ? undefined : this.#live.numberOf(since)
    const first =
      from === undefined
        ? this.#live.snapshot(wish.interest)
        : (this.#live.since(wish.interest, from) ?? this.#nothing(wish.interest, from))
    const group = this.#groups.get(wish.name) ?? this.#open(wish)
    const told = this.#live.numberOf(first.revision) ?? 0
    const member = { sink, told, seen: told }
    group.members.add(member)
    const leave = (): void => {
      if (!group.members.delete(member) || group.members.size > 0) return
      clearInterval(group.timer)
      this.#groups.delete(wish.name)
      this.#onChange()
    }
    return { first, leave }
  }

  /** Ends every group. */
  close(): void {
    for (const { timer } of this.#groups.values()) clearInterval(timer)
    this.#groups.clear()
  }

  #open(wish: Wish): Group<S> {
    const group: Group<S> = {
      wish,
      members: new Set(),
      timer: setInterval(() => this.#tell(group), wish.intervalMs),
    }
    this.#groups.set(wish.name, group)
    this.#onChange()
    return group
  }

  #nothing({ topic, sessionId }: Interest, revision: number): LiveUpdate {
    const text = this.#live.textOf(revision)
    return {
      topic,
      ...(sessionId === undefined ? {} : { session_id: sessionId }),
      from: text,
      revision: text,
    }
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
          update,
        )
    }
  }
}
