/** Why a session cannot be asked, and why its worker ended, in words and codes. */
import type { ErrorCode } from '../../protocol/errors.ts'
import type { SessionState } from '../../protocol/session.ts'
import { faultReason, type EndReason } from './generation.ts'

const codes = {
  starting: 'session_starting',
  running: 'session_unresponsive',
  restarting: 'session_restarting',
  failed: 'session_failed',
  stopping: 'session_gone',
  stopped: 'session_stopped',
} as const satisfies Record<SessionState, ErrorCode>

/** The code that tells why a session in this state cannot be asked. */
export function stateCode(state: SessionState): ErrorCode {
  return codes[state]
}

/** Why a thread could not be ended, and what helps. */
export const heldReason =
  'the session worker waits for a disk that does not answer and cannot be ended: see to the disk, or restart RestTorrent'

export function notCalledReason(id: string, state: SessionState): string {
  return `session ${id} is ${state}`
}

/** Why a generation ended that nobody asked to stop. */
export function crashReason(reason: EndReason | undefined): string {
  if (reason === 'silent') return 'the session worker was silent for 10 s and was ended'
  if (reason === 'heap') return 'the session worker nearly filled its heap and was restarted'
  return faultReason
}
