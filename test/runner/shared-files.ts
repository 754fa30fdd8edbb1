/**
 * Which test files run in one process after each other: the start of a process and the loading of modules, which
 * they have in common, is most of what a small file costs, and half a second of the others. What measures its own
 * process, or leaves a thread that cannot be ended, has one for itself.
 */

/** Each is one process: the beginnings of the paths of its files. */
const shared = [
  // these start no server and no session's thread
  [
    'test/build/leave-out.',
    'test/build/strict-bencode.',
    'test/main/access/',
    'test/main/board/',
    'test/main/content/',
    'test/main/files/',
    'test/main/governor/',
    'test/main/handlers/access.',
    'test/main/handlers/idempotent-calls.',
    'test/main/handlers/job-handlers.',
    'test/main/handlers/torrent-page.',
    'test/main/history/',
    'test/main/http/',
    'test/main/jobs/',
    'test/main/live/',
    'test/main/lsd/announce-schedule.',
    'test/main/lsd/bounds.',
    'test/main/lsd/lsd-message.',
    'test/main/parse-settings.',
    'test/main/queue/',
    'test/main/records/',
    'test/main/schedule/',
    'test/main/supervisor/backoff.',
    'test/main/supervisor/crash-ledger.',
    'test/main/supervisor/hash-desk.',
    'test/main/supervisor/leftovers.',
    'test/main/supervisor/liveness.',
    'test/main/supervisor/take-event.',
    'test/main/webhooks/',
    'test/protocol/',
    'test/support/',
  ],
  ['test/outward/', 'test/worker/trackers/'],
  [
    'test/worker/dht/',
    'test/worker/harden/',
    'test/worker/resume/',
    'test/worker/storage/',
    'test/worker/store/',
    'test/worker/tasks/',
  ],
  [
    'test/worker/choking/',
    'test/worker/connections/',
    'test/worker/engine/',
    'test/worker/limits/',
    'test/worker/pex/',
    'test/worker/picker/',
  ],
  [
    'test/worker/session/',
    'test/worker/super-seeding/',
    'test/worker/upload-only/',
    'test/worker/web-seeds/',
  ],
  // these do
  [
    'test/client/client.',
    'test/main/handlers/freshness.',
    'test/main/handlers/session-handlers.',
    'test/main/handlers/torrent-handlers.',
    'test/main/lsd/local-session.',
    'test/main/metrics/',
    'test/main/pages/',
    'test/main/realtime/',
    'test/main/supervisor/relocation.',
    'test/main/supervisor/report-intervals.',
    'test/main/supervisor/restore.',
    'test/main/supervisor/session-supervisor.',
    'test/main/supervisor/torrent-making.',
    'test/main/threads/',
  ],
  [
    'test/hostile/bad-pieces.',
    'test/hostile/datagrams.',
    'test/hostile/handshakes.',
    'test/hostile/messages.',
    'test/hostile/requests.',
  ],
  // what callers send and are told
  [
    'test/e2e/browser.',
    'test/e2e/bulk.',
    'test/e2e/contract.',
    'test/e2e/create-session.',
    'test/e2e/idempotency.',
    'test/e2e/keys.',
    'test/e2e/lists.',
    'test/e2e/reads.',
    'test/e2e/rest-parameters.',
    'test/e2e/socket.',
    'test/e2e/update.',
    'test/e2e/upload-sources.',
  ],
  // tenants, and what is told of itself
  [
    'test/e2e/audit.',
    'test/e2e/event-streams.',
    'test/e2e/history.',
    'test/e2e/key-life.',
    'test/e2e/live.',
    'test/e2e/operation.',
    'test/e2e/quotas.',
    'test/e2e/roots.',
    'test/e2e/transfer-quota.',
    'test/e2e/transfer.',
    'test/e2e/webhooks.',
  ],
  // downloads
  [
    'test/e2e/file-selection.',
    'test/e2e/goals.',
    'test/e2e/ip-filter.',
    'test/e2e/order-and-labels.',
    'test/e2e/peers.',
    'test/e2e/queue.',
    'test/e2e/recheck.',
    'test/e2e/states.',
    'test/e2e/storage-modes.',
  ],
  // files
  [
    'test/e2e/content-moves.',
    'test/e2e/content.',
    'test/e2e/deleted-session.',
    'test/e2e/deletion.',
    'test/e2e/file-ownership.',
    'test/e2e/moved-files.',
    'test/e2e/save-path.',
    'test/e2e/swapped-folder.',
  ],
  // trackers, and sessions over restarts
  [
    'test/e2e/create-torrent.',
    'test/e2e/preview.',
    'test/e2e/private-torrent.',
    'test/e2e/restart.',
    'test/e2e/stop-session.',
    'test/e2e/torrent-views.',
    'test/e2e/tracker-life.',
    'test/e2e/tracker-proxy.',
    'test/e2e/trackers-and-web-seeds.',
  ],
]

/** The files, those together that share a process, in the order given. */
export function batches(files: string[]): string[][] {
  const processOf = (file: string) =>
    shared.find((beginnings) => beginnings.some((beginning) => file.startsWith(beginning))) ?? file
  return [...Map.groupBy(files, processOf).values()]
}
