/** What is counted of a torrent over its whole life, whatever ends or is started again meanwhile. */
export interface TorrentCounters {
  /** Payload bytes received since it was added. */
  readonly downloaded: number
  /** Payload bytes sent since it was added. */
  readonly uploaded: number
  /** How long it was among its peers. */
  readonly activeTimeMs: number
  /** How long it was among its peers with everything that is wanted of it. */
  readonly seedingTimeMs: number
  /** When it was complete for the first time, in milliseconds since the epoch. */
  readonly finishedAt: number | null
  /** Whether a tracker was told `completed` (BEP 3), or none is to be: it was complete when it was added. */
  readonly completedTold: boolean
}

/** The counters of a torrent that is being added. */
export const noCounters: TorrentCounters = {
  downloaded: 0,
  uploaded: 0,
  activeTimeMs: 0,
  seedingTimeMs: 0,
  finishedAt: null,
  completedTold: false,
}

/** What is known from both: nothing falls, and what happened stays so. */
export function joinCounters(known: TorrentCounters, told: TorrentCounters): TorrentCounters {
  return {
    downloaded: Math.max(known.downloaded, told.downloaded),
    uploaded: Math.max(known.uploaded, told.uploaded),
    activeTimeMs: Math.max(known.activeTimeMs, told.activeTimeMs),
    seedingTimeMs: Math.max(known.seedingTimeMs, told.seedingTimeMs),
    finishedAt: known.finishedAt ?? told.finishedAt,
    completedTold: known.completedTold || told.completedTold,
  }
}

/** Uploaded over downloaded; over the total size for what was complete when it was added. */
export function shareRatio({ downloaded, uploaded }: TorrentCounters, totalSize: number): number {
  const base = downloaded > 0 ? downloaded : totalSize
  return base > 0 ? Math.round((uploaded / base) * 10_000) / 10_000 : 0
}
