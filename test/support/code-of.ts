import { RestTorrentError } from '../../src/protocol/errors.ts'

/** The code of the RestTorrentError that a call throws, or undefined; anything else that it throws passes through. */
export function codeOf(call: () => unknown): string | undefined {
  try {
    call()
    return undefined
  } catch (error) {
    if (error instanceof RestTorrentError) return error.code
    throw error
  }
}
