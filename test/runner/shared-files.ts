/**
 * Which test files run in one process after each other: most of what a small file costs is the start of a
 * process and the loading of modules, which they have in common. These start no server and no session's thread.
 */

/** Each is one process: the beginnings of the paths of its files. */
const shared = [
  [
    'test/main/access/',
    'test/main/board/',
    'test/main/files/',
    'test/main/http/',
    'test/main/live/',
    'test/main/parse-settings.',
    'test/main/records/',
    'test/protocol/',
  ],
  ['test/outward/', 'test/worker/trackers/'],
  [
    'test/worker/dht/',
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
    'test/worker/session/',
    'test/worker/super-seeding/',
    'test/worker/upload-only/',
    'test/worker/web-seeds/',
  ],
]

/** The files, those together that share a process, in the order given. */
export function batches(files: string[]): string[][] {
  const processOf = (file: string) =>
    shared.find((beginnings) => beginnings.some((beginning) => file.startsWith(beginning))) ?? file
  return [...Map.groupBy(files, processOf).values()]
}
