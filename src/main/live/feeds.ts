/**
 * Sends updates to those that follow. Followers of the same are groups of a few: what changed is computed and
 * serialized once for a group, soon after the last of changes that come together where the group was told nothing
 * for its interval, else when that is over. Groups take turns, so that whatever else the thread has to do never waits for more than one
 * of them. One that does not read gets nothing until it does, and then the latest.
 */
import type { Interest, LiveBoard, UpdateText } from './live-board.ts'
import { LoopTurns } from './loop-turns.ts'

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
  /** When the timer is to end, by `performance.now()`. */
  dueAt: number
  /** While it waits for the last of changes that come together. */
  gathering: Gathering | undefined
  /** From when on its interval runs: when it was last looked for something to tell, or should have been. */
  lookedAt: number
}

interface Gathering {
  /** For how long after the last change. */
  readonly waitMs: number
  /** By then it is told in any case. */
  readonly untilAt: number
  changedAt: number
}

/** Changes that come together are told together: so long after the last of them. */
const soonMs = 10
/** So long after the first of them at the latest. */
const longestMs = 250
/** Followers that are told in one turn: some tenths of a millisecond. */
const maxTogether = 10
/** Between groups that a change wakes together: those that are told read it meanwhile. */
const apartMs = 5
/** So late a look may be without putting off the next. */
const maxLateMs = 20

export class Feeds<S extends Sink> {
  readonly #live: LiveBoard
  readonly #channel: Channel<S>
  /** By the name of what they follow; none of these sets is empty. */
  readonly #groups = new Map<string, Set<Group<S>>>()
  /** Groups that know everything, and those that are gathering, by what would wake them. */
  readonly #idle = new Map<string, Set<Group<S>>>()
  readonly #turns = new LoopTurns<Group<S>>((group) => this.#look(group))
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
    return [...this.#groups.values()].some(([group]) => {
      const of = group?.wish.interest.sessionId
      return of === undefined || of === sessionId
    })
  }

  /** Follows from now on; gives what is there, or what changed since a revision, and its own undo. */
  follow(sink: S, wish: Wish, since: string | undefined): { first: UpdateText; leave: () => void } {
    const first = this.#live.textSince(wish.interest, since)
    const group = this.#roomFor(wish)
    const told = this.#live.numberOf(first.revision) ?? 0
    const member = { sink, told, seen: told }
    group.members.add(member)
    const leave = (): void => {
      if (group.members.delete(member) && group.members.size === 0) this.#close(group)
    }
    return { first, leave }
  }

  /** Ends every group. */
  close(): void {
    for (const groups of this.#groups.values()) for (const group of groups) this.#sleep(group)
    this.#groups.clear()
  }

  /** A group that takes one more. */
  #roomFor(wish: Wish): Group<S> {
    const groups = this.#groups.get(wish.name) ?? new Set()
    for (const group of groups) if (group.members.size < maxTogether) return group
    const group: Group<S> = {
      wish,
      members: new Set(),
      timer: undefined,
      dueAt: 0,
      gathering: undefined,
      lookedAt: -Infinity,
    }
    this.#groups.set(wish.name, groups.add(group))
    this.#rest(group)
    if (groups.size === 1) this.#onChange()
    return group
  }

  #close(group: Group<S>): void {
    this.#sleep(group)
    const groups = this.#groups.get(group.wish.name)
    if (groups?.delete(group) !== true || groups.size > 0) return
    this.#groups.delete(group.wish.name)
    this.#onChange()
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
    const now = performance.now()
    const count = those.size
    let place = 0
    for (const group of those) {
      const { intervalMs } = group.wish
      const withinMs = Math.min(intervalMs, longestMs)
      const stepMs = Math.min(apartMs, withinMs / 2 / count)
      const waitMs = soonMs + place * stepMs
      place += 1
      if (group.gathering) group.gathering.changedAt = now
      else if (group.lookedAt + intervalMs > now + waitMs) {
        this.#forget(group)
        this.#arm(group, group.lookedAt + intervalMs)
      } else {
        const untilAt = now + withinMs - (count - place) * stepMs
        group.gathering = { waitMs, untilAt, changedAt: now }
        this.#arm(group, Math.min(now + waitMs, untilAt))
      }
    }
  }

  #arm(group: Group<S>, dueAt: number): void {
    group.dueAt = dueAt
    group.timer = setTimeout(() => this.#turns.add(group), dueAt - performance.now())
  }

  #sleep(group: Group<S>): void {
    clearTimeout(group.timer)
    this.#turns.drop(group)
    this.#forget(group)
  }

  /** It is woken by no change. */
  #forget(group: Group<S>): void {
    const name = wakingName(group.wish.interest)
    const those = this.#idle.get(name)
    if (those?.delete(group) === true && those.size === 0) this.#idle.delete(name)
  }

  #look(group: Group<S>): void {
    const now = performance.now()
    if (group.gathering) {
      const { waitMs, untilAt, changedAt } = group.gathering
      const dueAt = Math.min(changedAt + waitMs, untilAt)
      if (dueAt > now + 1) return this.#arm(group, dueAt)
      group.gathering = undefined
      this.#forget(group)
    }
    group.lookedAt = now - group.dueAt < maxLateMs ? group.dueAt : now
    this.#tell(group)
    // one that does not read is looked at again, whether anything changes or not
    const isBehind = [...group.members].some(({ seen }) => seen !== this.#live.revision)
    if (isBehind) this.#arm(group, Math.max(now + soonMs, group.lookedAt + group.wish.intervalMs))
    else this.#rest(group)
  }

  /** Nearly all members of a group stand at the same revision, so that nearly always one update serves all. */
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
