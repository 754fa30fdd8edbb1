/**
 * Where the entry of each thread is. Threads always run the bundled files that `npm run build` makes, so
 * that what is tested is what is published; only this file knows their names.
 */
const folder = import.meta.url.endsWith('.ts') ? '../../../dist/' : './'

export interface ThreadEntries {
  readonly session: URL
  readonly tasks: URL
  readonly store: URL
}

export const threadEntries: ThreadEntries = {
  session: new URL(`${folder}worker-session.js`, import.meta.url),
  tasks: new URL(`${folder}worker-tasks.js`, import.meta.url),
  store: new URL(`${folder}worker-store.js`, import.meta.url),
}
