/** A real desk of the sessions' work on disks, in the middle of which something else may come. */
import type { HashAnswer, HashRequest } from '../../src/protocol/session-rpc.ts'
import { HashDesk } from '../../src/main/supervisor/hash-desk.ts'

/** Calls `onTurn` after each part of a copy. */
export class WatchedDesk extends HashDesk {
  /** Ranges of pieces that sessions asked it to hash. */
  asked = 0
  onTurn: () => unknown = () => undefined

  override async inTurn<T>(sessionId: string, work: () => Promise<T>): Promise<T> {
    const done = await super.inTurn(sessionId, work)
    await this.onTurn()
    return done
  }

  override async run(
    sessionId: string,
    requestId: number,
    request: HashRequest,
  ): Promise<HashAnswer | undefined> {
    this.asked += 1
    return await super.run(sessionId, requestId, request)
  }
}
