/** The commands on where the files of torrents lie, and what room there is. */
import * as z from 'zod'
import type { CommandEntry } from './command-entry.ts'
import { infoHash, sessionId } from './ids.ts'
import { job } from './job.ts'
import { maxFiles } from './metainfo-files.ts'
import { integer } from './parameters.ts'

const torrentName = { session_id: sessionId, info_hash: infoHash }
const path = z.string().min(1).max(4095)

const fileView = z.object({
  index: z.int().describe('its place in the metainfo'),
  path: z.string().describe('below the save path'),
  length: z.number().describe('bytes'),
  progress: z.number().describe('0…1 of its bytes that are there'),
  priority: z.int().describe('0 skip, 1 low, 4 normal, 7 high'),
})

/** Part of the command table. */
export const placeCommands = {
  get_free_space: {
    method: 'GET',
    path: '/v1/sessions/{session_id}/free_space',
    scope: 'read',
    description: 'Shows how much room there is where a path of a session leads, which need not exist yet.',
    input: z.strictObject({
      session_id: sessionId,
      path: z
        .string()
        .max(4096)
        .default('.')
        .describe('folder: relative to the root folder, or absolute inside it'),
    }),
    output: z.object({
      path: z.string().describe('relative to the root folder'),
      free: z.number().describe('bytes that may still be written on the file system there'),
      total: z.number().describe('bytes of that file system'),
      quota_left: z
        .number()
        .nullable()
        .describe('bytes that torrents to come may have by quotas of session and key; null: no bound'),
    }),
    jsonp: false,
  },
  get_files: {
    method: 'GET',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/files',
    scope: 'read',
    description: 'Lists the files of a torrent as they are stored; padding is left out.',
    input: z.strictObject({
      ...torrentName,
      offset: integer(0, maxFiles).default(0).describe('entries of the metainfo that are passed over'),
      limit: integer(1, 5000).default(1000).describe('entries of the metainfo that are looked at'),
    }),
    output: z.object({
      num_files: z.int().describe('entries of the metainfo, padding counted'),
      files: z.array(fileView),
    }),
    jsonp: false,
  },
  rename_file: {
    method: 'POST',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/files/rename',
    scope: 'control',
    description: 'Gives a file or a folder of a torrent another path, on disk too, while it goes on.',
    input: z.strictObject({
      ...torrentName,
      path: path.describe('of the file or folder, as get_files shows it'),
      new_path: path.describe('below the save path'),
    }),
    output: z.object({
      num_files: z.int().describe('files that lie under another name than the metainfo has'),
    }),
    bulk: true,
    jsonp: false,
  },
  move_torrent: {
    method: 'POST',
    path: '/v1/sessions/{session_id}/torrents/{info_hash}/move',
    scope: 'control',
    description:
      'Brings the files of a torrent to another folder while it goes on: by name on the same file system, else copied, hashed and synced.',
    input: z.strictObject({
      ...torrentName,
      save_path: z
        .string()
        .max(4096)
        .describe('folder for its files: relative to the root folder, or absolute inside it'),
    }),
    output: z.object({ job }),
    jsonp: false,
    status: 202,
    bulk: true,
  },
} as const satisfies Record<string, CommandEntry>
