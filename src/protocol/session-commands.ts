/** The commands on sessions. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { sessionId } from './ids.ts'
import { createSession, updateSession } from './session-input.ts'
import { sessionView } from './session.ts'

/** Each by its name. */
export const sessionCommands = {
  get_session_list: {
    method: 'GET',
    path: '/v1/sessions',
    scope: 'read',
    description: 'Lists every session with its state and vitals.',
    input: z.strictObject({}),
    output: z.object({ sessions: z.array(sessionView) }),
    jsonp: true,
  },
  create_session: {
    method: 'POST',
    path: '/v1/sessions',
    scope: 'control',
    description: 'Creates a session and answers when its port is bound.',
    input: createSession,
    output: z.object({ session: sessionView }),
    jsonp: false,
  },
  get_session: {
    method: 'GET',
    path: '/v1/sessions/{session_id}',
    scope: 'read',
    description: 'Shows one session.',
    input: z.strictObject({ session_id: sessionId }),
    output: sessionView,
    jsonp: true,
  },
  update_session: {
    method: 'PATCH',
    path: '/v1/sessions/{session_id}',
    scope: 'control',
    description: 'Changes settings of a session; what is not given stays as it is.',
    input: updateSession,
    output: sessionView,
    jsonp: false,
  },
  delete_session: {
    method: 'DELETE',
    path: '/v1/sessions/{session_id}',
    scope: 'control',
    description:
      'Deletes a session: its port, thread and memory are freed; what it downloaded stays on disk.',
    input: z.strictObject({ session_id: sessionId }),
    output: z.object({}),
    jsonp: false,
  },
  restart_session: {
    method: 'POST',
    path: '/v1/sessions/{session_id}/restart',
    scope: 'control',
    description: 'Ends the worker of a session in order and starts it again; also out of the state failed.',
    input: z.strictObject({ session_id: sessionId }),
    output: sessionView,
    jsonp: false,
  },
  stop_session: {
    method: 'POST',
    path: '/v1/sessions/{session_id}/stop',
    scope: 'control',
    description:
      'Ends the worker of a session in order; it stays listed with its torrents and its port is kept for it, until it is started.',
    input: z.strictObject({ session_id: sessionId }),
    output: sessionView,
    jsonp: false,
  },
  start_session: {
    method: 'POST',
    path: '/v1/sessions/{session_id}/start',
    scope: 'control',
    description: 'Starts a session that was stopped.',
    input: z.strictObject({ session_id: sessionId }),
    output: sessionView,
    jsonp: false,
  },
} as const satisfies Record<string, CommandEntry>
