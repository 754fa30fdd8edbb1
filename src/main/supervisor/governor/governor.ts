/**
 * Keeps all sessions together below the caps of the host: looks at what each uses four times a second and
 * shares the caps out anew, in memory that the sessions read. A session alone may use all of a cap.
 */
import type { HostSettings } from '../../../protocol/host.ts'
import type { HostShare } from '../../../protocol/host-share.ts'
import type { SessionSettings } from '../../../protocol/session.ts'
import { limitsInForce } from '../schedule/limits-in-force.ts'
import { Demand } from './demand.ts'
import { peerAllowances, shareOut, type Claim } from './share-out.ts'

const lookMs = 250
/** The part of a cap that is kept for those that use none of it: what they begin with. */
const kept = 0.02
/** Connections beyond those that it has that a session may open before the next look. */
const morePeers = 10

/** A session as far as its share goes. */
export interface Governed {
  readonly share: HostShare
  readonly records: { readonly session: { readonly settings: SessionSettings; readonly started: boolean } }
}

export interface GovernorSurroundings {
  readonly sessions: () => Iterable<Governed>
  readonly settings: () => HostSettings
}

type Direction = 'download' | 'upload'
const counts = {
  download: { share: 'downloadShare', moved: 'downloaded', waits: 'downloadWaits' },
  upload: { share: 'uploadShare', moved: 'uploaded', waits: 'uploadWaits' },
} as const

export class Governor {
  readonly #near: GovernorSurroundings
  readonly #timer: NodeJS.Timeout
  readonly #demands = new WeakMap<Governed, Readonly<Record<Direction, Demand>>>()

  constructor(near: GovernorSurroundings) {
    this.#near = near
    this.#timer = setInterval(() => this.look(), lookMs)
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** Shares the caps out anew; also at once when they have changed. */
  look(): void {
    const { download_limit, upload_limit, max_peers, max_open_files } = this.#near.settings()
    const sessions = [...this.#near.sessions()].filter(({ records }) => records.session.started)
    this.#shareRate('download', download_limit, sessions)
    this.#shareRate('upload', upload_limit, sessions)
    sharePeers(max_peers, sessions)
    for (const { share } of sessions)
      share.set('fileShare', max_open_files === 0 ? 0 : Math.max(1, max_open_files / sessions.length))
  }

  #shareRate(direction: Direction, cap: number, sessions: readonly Governed[]): void {
    const names = counts[direction]
    const now = performance.now()
    // also where there is no cap: one may come
    const uses = sessions.map((session) => {
      const { share } = session
      return this.#demandOf(session)[direction].read(share.get(names.moved), share.get(names.waits), now)
    })
    if (cap === 0) {
      for (const { share } of sessions) share.set(names.share, 0)
      return
    }
    const least = (cap * kept) / Math.max(1, sessions.length)
    const claims = sessions.map(({ records }, at): Claim => {
      const { settings } = records.session
      const limit = limitsInForce(settings)[`${direction}_limit`] || Infinity
      const demand = Math.max(least, Math.min(uses[at] ?? 0, limit))
      return { weight: settings.weight, guarantee: settings[`${direction}_guarantee`], demand }
    })
    const shares = shareOut(cap, claims)
    for (const [at, { share }] of sessions.entries()) share.set(names.share, Math.max(1, shares[at] ?? 0))
  }

  #demandOf(session: Governed): Readonly<Record<Direction, Demand>> {
    const found = this.#demands.get(session) ?? { download: new Demand(), upload: new Demand() }
    this.#demands.set(session, found)
    return found
  }
}

function sharePeers(cap: number, sessions: readonly Governed[]): void {
  if (cap === 0) {
    for (const { share } of sessions) share.set('peerShare', 0)
    return
  }
  const connected = sessions.map(({ share }) => share.get('peers'))
  const claims = sessions.map(({ records }, at): Claim => {
    const { weight, max_peers } = records.session.settings
    return { weight, guarantee: 0, demand: Math.min(max_peers, (connected[at] ?? 0) + morePeers) }
  })
  const allowed = peerAllowances(cap, claims, connected)
  // one that may have none is told so by a number that no count reaches down to
  for (const [at, { share }] of sessions.entries()) share.set('peerShare', allowed[at] || -1)
}
