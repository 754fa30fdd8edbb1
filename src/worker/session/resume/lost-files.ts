/** Files of which claimed pieces were lost to somebody else. */
import { RestTorrentError } from '../../../protocol/errors.ts'
import { areStill } from './file-watch.ts'
import { identifyFiles, type Identities } from './identify-files.ts'
import type { ResumeProof } from './prove-resume.ts'

/** Names of lost files that an error shows. */
const shownNames = 3

interface Found {
  readonly error: RestTorrentError
  readonly identities: Identities
}

/**
 * The loss that an opening found. As long as the files are what they were then it is refused again without a hash:
 * of a file of 100 GB that was cut all would be read each time that the torrent tries whether it is back.
 */
export class FoundLoss {
  #found: Found | undefined

  /** Gives `files_changed` for what was lost. */
  note({ lost, identities }: ResumeProof): RestTorrentError {
    const error = lossOf(lost)
    this.#found = { error, identities }
    return error
  }

  /** The files are to be proved, whatever they are. */
  forget(): void {
    this.#found = undefined
  }

  /** Rejects with the error that was noted while nothing was done to the files since, or with a disk code. */
  async refuse(place: Parameters<typeof identifyFiles>[0]): Promise<void> {
    if (this.#found === undefined) return
    const { error, identities } = this.#found
    if (areStill(identities, await identifyFiles(place))) throw error
  }
}

/** `files_changed` with the names of the first of them. */
function lossOf(lost: readonly string[]): RestTorrentError {
  const more = lost.length > shownNames ? ` and ${lost.length - shownNames} more` : ''
  const names = lost.slice(0, shownNames).join(', ')
  return new RestTorrentError('files_changed', `missing or changed: ${names}${more}`, {
    details: { files: lost.length },
  })
}
