/** Whom a session has nothing to do with: kept until there is an engine, which is told then and from then on. */
import type { Ban, BanChange } from '../../protocol/ban.ts'
import type { Engine } from './engine/engine.ts'

export class Refusals {
  readonly #bans = new Map<string, Ban>()
  #filters: readonly SharedArrayBuffer[] = []

  /** Tells a new engine of all. */
  tell(engine: Pick<Engine, 'changeBans' | 'filterAddresses'>): void {
    engine.changeBans({ added: [...this.#bans.values()], removed: [] })
    engine.filterAddresses(this.#filters)
  }

  /** Notes bans for an engine to come. */
  note(change: BanChange): void {
    for (const address of change.removed) this.#bans.delete(address)
    for (const ban of change.added) this.#bans.set(ban.address, ban)
  }

  /** Notes filters, which take the place of those before. */
  filter(filters: readonly SharedArrayBuffer[]): void {
    this.#filters = filters
  }
}
