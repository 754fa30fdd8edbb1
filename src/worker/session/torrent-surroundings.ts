import type { SessionEvent } from '../../protocol/session-rpc.ts'
import type { ActivationLane } from './activation-lane.ts'
import type { Reporter } from './reporter.ts'
import type { Swarm } from './swarm.ts'
import type { ContentSurroundings } from './content-surroundings.ts'

/** What a torrent needs of its session. */
export type TorrentSurroundings = ContentSurroundings & {
  readonly reporter: Reporter
  readonly lane: ActivationLane
  readonly swarm: () => Promise<Swarm>
  readonly post: (event: SessionEvent) => void
  /** After a fault of its disk a torrent looks by itself whether the cause is gone. */
  readonly healMs: number
}
