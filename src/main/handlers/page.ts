/** Pages beside the commands: what machines and people read of the server as a whole. */
import type { Access } from '../access/access.ts'

export interface Page {
  readonly path: string
  /** Whether it is shown without a key. */
  readonly isPublic: boolean
  readonly contentType: string
  /** Beside those that every answer carries, or in their place. */
  readonly headers?: Readonly<Record<string, string>>
  /** Throws a RestTorrentError where the caller may not see it. */
  readonly body: (access: Access) => string | Promise<string>
}
