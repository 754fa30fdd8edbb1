/** Records of sessions as main keeps them, whole or with what a test is about. */
import { noAlternatives } from '../../src/protocol/alternative-limits.ts'
import { noGoals } from '../../src/protocol/goals.ts'
import { usualShare } from '../../src/protocol/host.ts'
import { noQueueLimits } from '../../src/protocol/queue.ts'
import type { SessionRecord } from '../../src/protocol/records.ts'
import type { SessionSettings } from '../../src/protocol/session.ts'

/** Settings of a session without limits that finds peers by PEX alone. */
export const sessionSettings: SessionSettings = {
  dht: false,
  lsd: false,
  pex: true,
  upnp: false,
  nat_pmp: false,
  download_limit: 0,
  upload_limit: 0,
  max_peers: 200,
  encryption: 'preferred',
  announce_address: '',
  tracker_proxy: '',
  incomplete_path: '',
  ip_filter: '',
  ...noGoals,
  ...noQueueLimits,
  ...usualShare,
  ...noAlternatives,
}

/** A record of a session that is memory only. */
export function sessionRecord(fields: Partial<SessionRecord> = {}): SessionRecord {
  return {
    id: '1'.repeat(40),
    name: '',
    labels: [],
    ports: [6881],
    memoryOnly: true,
    started: true,
    createdAt: 1,
    owner: null,
    root: '',
    quotas: {},
    settings: sessionSettings,
    announceSecret: '0'.repeat(32),
    ...fields,
  }
}
