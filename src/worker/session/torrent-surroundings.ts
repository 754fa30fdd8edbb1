import type { TorrentRecord } from '../../protocol/records.ts'
import type { SessionEvent } from '../../protocol/session-rpc.ts'
import type { ActivationLane } from './activation-lane.ts'
import type { Reported, Reporter } from './reporter.ts'
import type { Swarm } from './swarm.ts'
import type { ContentSurroundings } from './content-surroundings.ts'
import type { TransferGate } from './transfer-gate.ts'

/** What a torrent needs of its session. */
export type TorrentSurroundings = ContentSurroundings & {
  readonly reporter: Pick<Reporter<Reported>, 'mark'>
  readonly lane: ActivationLane
  readonly swarm: () => Promise<Swarm>
  readonly post: (event: SessionEvent) => void
  readonly transfers: TransferGate
  /** After a fault of its disk a torrent looks by itself whether the cause is gone. */
  readonly healMs: number
}

/** The same, told to main as of one life of the torrent: by that info hash it may be added again after it. */
export function ofLife<Near extends TorrentSurroundings>(near: Near, { addedAt }: TorrentRecord): Near {
  return { ...near, post: (event) => near.post({ ...event, addedAt }) }
}
