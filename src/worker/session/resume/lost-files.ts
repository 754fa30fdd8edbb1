import { RestTorrentError } from '../../../protocol/errors.ts'

/** Names of lost files that an error shows. */
const shownNames = 3

/** `files_changed` with the names of the first of them. */
export function lossOf(lost: readonly string[]): RestTorrentError {
  const more = lost.length > shownNames ? ` and ${lost.length - shownNames} more` : ''
  const names = lost.slice(0, shownNames).join(', ')
  return new RestTorrentError('files_changed', `missing or changed: ${names}${more}`, {
    details: { files: lost.length },
  })
}
