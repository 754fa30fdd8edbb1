/**
 * The command table: every public operation once. REST routes, Socket.IO commands, JSONP and the
 * reference page come from it; adding an operation is one entry here and one handler.
 */
import * as z from 'zod'
import { accessCommands } from './access-commands.ts'
import { bulkCommands, type BulkCommands } from './bulk-commands.ts'
import { contentCommands } from './content-commands.ts'
import type { CommandEntry } from './command-entry.ts'
import { createCommands } from './create-command.ts'
import { ticketCommands } from './event-stream.ts'
import { fileCommands } from './file-commands.ts'
import { hostCommands } from './host-commands.ts'
import { historyCommands } from './history-commands.ts'
import { infoHash, sessionId } from './ids.ts'
import { jobCommands } from './job-commands.ts'
import { flag } from './parameters.ts'
import { listCommands } from './list-commands.ts'
import { peerCommands } from './peer-commands.ts'
import { placeCommands } from './place-commands.ts'
import { queueCommands } from './queue-commands.ts'
import { previewCommands } from './preview-command.ts'
import { rootPath } from './root-path.ts'
import { sessionCommands } from './session-commands.ts'
import { sessionView } from './session.ts'
import { sourceCommands } from './source-commands.ts'
import { quotaCommands } from './quota-commands.ts'
import { statisticsCommands } from './statistics-commands.ts'
import { storageCommands } from './storage-commands.ts'
import { updateCommands } from './update-commands.ts'
import { updateTorrent, uploadTorrent } from './torrent-input.ts'
import { torrentList, torrentListAnswer } from './torrent-list.ts'
import { torrentDetail, torrentRow } from './torrent.ts'
import { trackerView } from './tracker.ts'
import { viewCommands } from './view-commands.ts'
import { webSeedView } from './web-seed.ts'
import { webhookCommands } from './webhook-commands.ts'

const torrentName = z.strictObject({ session_id: sessionId, info_hash: infoHash })

const single = {
  ...sessionCommands,
  upload_torrent: {
    method: 'POST',
    path: '/v1/sessions/{session_id}/torrents',
    scope: 'control',
    description: 'Adds a torrent by exactly one of file, magnet or url.',
    input: uploadTorrent,
    output: torrentRow,
    sheds: 'url',
    jsonp: false,
  },
  get_torrent_list: {
    method: 'GET',
    path: '/v1/sessions/{session_id}/torrents',
    scope: 'read',
    description: 'Lists the torrents of a session; with further parameters those that fit, in pages.',
    input: torrentList,
    output: torrentListAnswer,
    jsonp: true,
  },
  get_torrent: {
    method: 'GET',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}',
    scope: 'read',
    description: 'Shows one torrent.',
    input: torrentName,
    output: torrentDetail,
    jsonp: true,
  },
  update_torrent: {
    method: 'PATCH',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}',
    scope: 'control',
    description: 'Changes options of a torrent, at once where it runs; what is not given stays as it is.',
    input: updateTorrent,
    output: torrentDetail,
    bulk: true,
    jsonp: false,
  },
  start_torrent: {
    method: 'POST',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/start',
    scope: 'control',
    description: 'Starts a torrent; out of the state error, what was lost is fetched again.',
    input: torrentName.extend({
      forced: flag.optional().describe('1: run whatever the queue says, from now on; 0: as the queue says'),
    }),
    output: torrentRow,
    bulk: true,
    jsonp: false,
  },
  stop_torrent: {
    method: 'POST',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/stop',
    scope: 'control',
    description: 'Stops a torrent: its connections and files are closed, its trackers told.',
    input: torrentName,
    output: torrentRow,
    bulk: true,
    jsonp: false,
  },
  get_trackers: {
    method: 'GET',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/trackers',
    scope: 'control', // an announce URL may hold a passkey
    description: 'Lists the trackers of a torrent with what they last said.',
    input: torrentName,
    output: z.object({ trackers: z.array(trackerView) }),
    jsonp: false,
  },
  reannounce_torrent: {
    method: 'POST',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/reannounce',
    scope: 'control',
    description: 'Announces to the trackers of a torrent as soon as their minimal interval allows.',
    input: torrentName,
    output: z.object({ trackers: z.array(trackerView) }),
    bulk: true,
    jsonp: false,
  },
  get_web_seeds: {
    method: 'GET',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/webseeds',
    scope: 'control', // its URL may hold a key
    description: 'Lists the web seeds of a torrent (BEP 19) and what came of them.',
    input: torrentName,
    output: z.object({ web_seeds: z.array(webSeedView) }),
    jsonp: false,
  },
  delete_torrent: {
    method: 'DELETE',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}',
    scope: 'control',
    description: 'Removes a torrent; its files stay unless delete_data is 1.',
    input: z.strictObject({
      session_id: sessionId,
      info_hash: infoHash,
      delete_data: flag.default(false).describe('1: delete its files too'),
    }),
    output: z.object({}),
    bulk: true,
    jsonp: false,
  },
  ...sourceCommands,
  ...previewCommands,
  ...createCommands,
  create_backup: {
    method: 'POST',
    path: '/v1/backups',
    scope: 'admin',
    description: 'Copies the store while everything goes on; the content of torrents is not in it.',
    input: z.strictObject({}),
    output: z.object({
      name: z.string().describe('of the file in the folder backups of the data directory'),
      size: z.int().describe('bytes'),
    }),
    sheds: 'always',
    jsonp: false,
  },
  export_session: {
    method: 'POST',
    path: '/v1/sessions/{session_id}/export',
    scope: 'admin',
    description: 'Writes a session with its torrents, without their content, to a file that can be imported.',
    input: z.strictObject({ session_id: sessionId }),
    output: z.object({
      name: z.string().describe('of the file in the folder exports of the data directory'),
      size: z.int().describe('bytes'),
      num_torrents: z.int(),
    }),
    sheds: 'always',
    jsonp: false,
  },
  import_session: {
    method: 'POST',
    path: '/v1/imports',
    scope: 'admin',
    description: 'Makes an exported session again, with its id; its files are checked where they lie here.',
    input: z.strictObject({
      name: z
        .string()
        .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,254}$/, {
          error: 'must be a file name of letters, digits, _, . and -',
        })
        .describe('of a file in the folder imports of the data directory'),
      root: rootPath.default('').describe('folder below the root folder to which its paths are confined'),
    }),
    output: z.object({ session: sessionView }),
    sheds: 'always',
    jsonp: false,
  },
  ...listCommands,
  ...updateCommands,
  ...peerCommands,
  ...viewCommands,
  ...contentCommands,
  ...jobCommands,
  ...storageCommands,
  ...placeCommands,
  ...fileCommands,
  ...queueCommands,
  ...hostCommands,
  ...accessCommands,
  ...quotaCommands,
  ...ticketCommands,
  ...webhookCommands,
  ...historyCommands,
  ...statisticsCommands,
} as const satisfies Record<string, CommandEntry>

/** Every public operation by its name. */
export const commands = { ...single, ...bulkCommands(single) } as const

/** The commands on many torrents. */
export type BulkName = keyof BulkCommands<typeof single>

export type CommandName = keyof typeof commands
/** What a handler is given: the checked parameters. */
export type CommandInput<N extends CommandName> = z.output<(typeof commands)[N]['input']>
/** The fields that stand beside `status: "success"`. */
export type CommandOutput<N extends CommandName> = z.output<(typeof commands)[N]['output']>

export const commandNames = Object.keys(commands) as CommandName[]

export function isCommandName(value: unknown): value is CommandName {
  return typeof value === 'string' && Object.hasOwn(commands, value)
}
