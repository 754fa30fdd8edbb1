/** Wires what serves the content of torrents over HTTP. */
import { ContentReads } from './content/content-reads.ts'
import { contentOpener, type ContentOptions } from './handlers/open-content.ts'
import { Contents, type ContentsOptions } from './http/contents.ts'
import { ContentPool } from './threads/content-pool.ts'

export interface ContentService {
  readonly route: Contents
  /** Whether a thread is left that waits for a disk. */
  readonly isHeld: boolean
  /** Ends every answer, and the threads that read; those that a disk keeps are left. */
  close(): Promise<void>
}

/** `entry` is that of the task pool's threads. */
export function serveContent(
  entry: URL,
  options: Omit<ContentOptions, 'reads'> & Omit<ContentsOptions, 'open'>,
): ContentService {
  const pool = new ContentPool(entry)
  const reads = new ContentReads((request) => pool.read(request))
  const open = contentOpener({ ...options, reads })
  const route = new Contents({ ...options, open })
  return {
    route,
    get isHeld() {
      return reads.isHeld
    },
    close: async () => {
      route.close()
      await pool.close()
    },
  }
}
