/** The success and failure bodies, the same over REST and Socket.IO. */
import { RestTorrentError, toWireError, type ErrorCode } from '../../protocol/errors.ts'

/** Where bugs are written; a pino logger fits. */
export interface Log {
  error(fields: object, message: string): void
}

export interface FailureBody {
  readonly status: 'fail'
  readonly message: string
  readonly error: { readonly code: ErrorCode; readonly message: string }
}

/** The fields of an answer beside `status: "success"`. */
export function successBody(value: object): object {
  return { status: 'success', ...value }
}

/** The body of a failure. What is not a RestTorrentError is logged with its stack and told as `internal`. */
export function failureBody(error: unknown, log: Log): FailureBody {
  if (!(error instanceof RestTorrentError)) log.error({ err: error }, 'a command failed by a bug')
  const { code, message } = toWireError(error)
  return { status: 'fail', message, error: { code, message } }
}
