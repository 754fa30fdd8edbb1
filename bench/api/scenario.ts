/** What the scenarios of the api benchmark have in common. */
import type { FaultOrder } from '../../test/support/faults.ts'
import type { RestClient } from '../rest-client.ts'
import type { ApiOptions } from './options.ts'

/** The running server with its sessions filled. */
export interface Stage {
  readonly client: RestClient
  /** The process of the server. */
  readonly pid: number
  /** The sessions that hold stopped torrents. */
  readonly sessionIds: readonly string[]
  readonly options: ApiOptions
  /** Has a session fail, where the scenario has the server that can be told to. */
  readonly order: (fault: FaultOrder) => void
}

/** One thing that is measured; it prints its own line. */
export interface Scenario {
  readonly about: string
  /** It needs the server whose sessions can be told to fail. */
  readonly isFaulty?: true
  /** It needs one long session instead of several. */
  readonly isLong?: true
  run(stage: Stage, name: string): Promise<void>
}

/** The list of torrents that the scenarios read. */
export function listUrl({ client, sessionIds }: Stage): string {
  return client.listUrl(sessionIds[0] ?? '')
}

/** The parameters of a scenario as they are reported. */
export function parametersOf({ options }: Stage): object {
  const { sessions, torrents, connections, runs, seconds } = options
  return { sessions, torrents, connections, runs, seconds }
}
