/** What a session's thread is told at its start, for a session that meets nobody. */
import type { HostOptions } from '../../src/main/threads/session-host.ts'
import { HostShare } from '../../src/protocol/host-share.ts'
import { sessionSettings } from './session-record.ts'

/** On one of `ports`, on loopback. */
export function sessionBoot(ports: readonly number[] = []): HostOptions['boot'] {
  return {
    sessionId: '2d525430303031'.padEnd(40, '0'),
    generation: 1,
    ports,
    listenHost: '127.0.0.1',
    settings: sessionSettings,
    allowedPeerRanges: [],
    allowedFetchRanges: [],
    announceSecret: '',
    transfers: [],
    dhtBootstrap: [],
    dhtTable: undefined,
    hostShare: new HostShare().memory,
    reportIntervalMs: 1000,
    healMs: 1000,
  }
}
