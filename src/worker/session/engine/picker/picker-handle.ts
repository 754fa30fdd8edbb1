import type { Lane } from '../limits/lane.ts'
import type { RangeDesk } from './range-desk.ts'

/** What a picker is told at its beginning. */
export interface PickerOptions {
  /** One priority for each piece, 0 (not wanted) to 7; 4 without it. */
  readonly priorities?: Uint8Array
  /** By index, instead of the rarest first. */
  readonly sequential?: boolean
  /** The limit under which blocks are asked for; none without it. */
  readonly limit?: Lane
  /** What is missing and wanted may have become another. */
  readonly onWantedChanged?: () => void
}

/** What a picker did so far. */
export interface PickerStats {
  /** Blocks asked of a second peer. */
  readonly duplicates: number
  /** Requests taken back because another peer was faster. */
  readonly cancels: number
  /** The longest that choosing kept the thread at once. */
  readonly longestPassMs: number
}

/** The picker of one torrent, in the hands of whoever attached it. */
export interface PickerHandle {
  /** Nothing that is missing is wanted. */
  readonly wantsNothing: boolean
  /** One priority for each piece from `first` on, 0 (not wanted) to 7. */
  setPriority(priorities: Uint8Array, first?: number): void
  /** By index, instead of the rarest first. */
  setSequential(sequential: boolean): void
  /** A reader waits for these pieces: before all others, in their order. An owner has one window. */
  window(owner: unknown, first: number, count: number): void
  clearWindow(owner: unknown): void
  /** Takes in a source that is no peer and has every piece; `offer` is called when there may be work. */
  openDesk(offer: () => void): RangeDesk
  /** For each piece the connected peers that have it, seeds and web seeds included. */
  availability(): Uint32Array
  stats(): PickerStats
  /** Asks for nothing any more and leaves the torrent to the engine; done by itself when it closes. */
  detach(): void
}
