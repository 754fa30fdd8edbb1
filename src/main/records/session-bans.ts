/**
 * Whom a session has nothing to do with. Callers' bans are durable before they are told; those that a worker
 * found are kept in the background.
 */
import { givesPlace, mostBans } from '../../protocol/ban-places.ts'
import type { Ban } from '../../protocol/ban.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import type { StoreOperation } from '../../protocol/store-rpc.ts'
import { Turns } from '../../protocol/turns.ts'
import type { BackgroundWrites, Journal } from './journal.ts'

export class SessionBans {
  readonly #sessionId: string
  readonly #journal: Journal | undefined
  readonly #background: Pick<BackgroundWrites, 'write'> | undefined
  readonly #bans = new Map<string, Ban>()
  readonly #turns = new Turns()

  /** Without a journal nothing is kept past the process. */
  constructor(
    sessionId: string,
    journal: Journal | undefined,
    background: Pick<BackgroundWrites, 'write'> | undefined,
  ) {
    this.#sessionId = sessionId
    this.#journal = journal
    this.#background = background
  }

  /** The bans, oldest first. */
  list(): Ban[] {
    return [...this.#bans.values()]
  }

  /** Puts what was read from the store into memory. */
  restore(bans: Iterable<Ban>): void {
    for (const ban of bans) this.#bans.set(ban.address, ban)
  }

  /** A caller bans an address; gives the ban and the addresses that gave their place to it. Rejects with `quota_exceeded` or a disk code. */
  async ban(address: string, at: number): Promise<{ ban: Ban; dropped: string[] }> {
    return await this.#turns.take('bans', async () => {
      const ban: Ban = { address, reason: 'manual', at }
      const dropped = this.#placeFor(ban)
      if (dropped === 'none')
        throw new RestTorrentError('quota_exceeded', `a session has at most ${mostBans} bans`)
      await this.#journal?.write(...this.#operations(ban, dropped))
      this.#put(ban, dropped)
      return { ban, dropped }
    })
  }

  /** Takes a ban back; false where there is none. Rejects with a disk code. */
  async unban(address: string): Promise<boolean> {
    return await this.#turns.take('bans', async () => {
      if (!this.#bans.has(address)) return false
      await this.#journal?.write({ type: 'remove_ban', sessionId: this.#sessionId, address })
      return this.#bans.delete(address)
    })
  }

  /** A worker has banned somebody; one too many is not kept, and nothing a caller said is changed. */
  note(ban: Ban): void {
    void this.#turns.take('bans', async () => {
      const dropped = this.#placeFor(ban)
      if (dropped !== 'none' && this.#bans.get(ban.address)?.reason !== 'manual') {
        this.#put(ban, dropped)
        this.#background?.write(...this.#operations(ban, dropped))
      }
      await Promise.resolve()
    })
  }

  #placeFor({ address }: Ban): string[] | 'none' {
    const place = this.#bans.has(address) ? undefined : givesPlace(this.#bans)
    if (place === 'none') return 'none'
    return place === undefined ? [] : [place.address]
  }

  #put(ban: Ban, dropped: readonly string[]): void {
    for (const address of [...dropped, ban.address]) this.#bans.delete(address)
    this.#bans.set(ban.address, ban)
  }

  #operations(ban: Ban, dropped: readonly string[]): StoreOperation[] {
    const sessionId = this.#sessionId
    return [
      ...dropped.map((address) => ({ type: 'remove_ban', sessionId, address }) as const),
      { type: 'add_ban', sessionId, ban },
    ]
  }
}
