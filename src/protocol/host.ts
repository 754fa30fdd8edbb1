/** What the whole process may use, shared among its sessions. */
import * as z from 'zod'
import { integer, rate } from './parameters.ts'

/** The settings of the host as they are kept; 0 is no cap. */
export const hostSettings = z.object({
  download_limit: z.number().default(0).describe('bytes/s of payload of all sessions together'),
  upload_limit: z.number().default(0).describe('bytes/s of payload of all sessions together'),
  max_peers: z.int().default(0).describe('connections of all sessions together'),
  max_open_files: z.int().default(0).describe('files of torrents that are open at the same time'),
  max_checks: z.int().default(0).describe('ranges of pieces that are hashed from disk at the same time'),
})
export type HostSettings = z.output<typeof hostSettings>

/** The host of which nobody said anything. */
export const noHostLimits: HostSettings = hostSettings.parse({})

/** What callers may give of them. */
export const hostInput = {
  download_limit: rate.optional().describe('bytes/s of payload of all sessions together, 0: no cap'),
  upload_limit: rate.optional().describe('bytes/s of payload of all sessions together, 0: no cap'),
  max_peers: integer(0, 1_000_000).optional().describe('connections of all sessions together, 0: no cap'),
  max_open_files: integer(0, 1_000_000)
    .optional()
    .describe('files of torrents that are open at the same time, 0: no cap'),
  max_checks: integer(0, 1000)
    .optional()
    .describe('ranges of pieces that are hashed from disk at the same time, 0: as many as there are cores'),
}

/** What a session has of the host beside others, as it is kept. */
export const shareSettings = {
  weight: z.int().default(100).describe('its part of what the host has, beside those of other sessions'),
  download_guarantee: z.number().default(0).describe("bytes/s of the host's cap that it has in any case"),
  upload_guarantee: z.number().default(0).describe("bytes/s of the host's cap that it has in any case"),
}

/** What who administers the host may give of a session's share. */
export const shareInput = {
  weight: integer(1, 10_000)
    .optional()
    .describe("its part of the host's caps beside other sessions, default 100; for admin"),
  download_guarantee: rate
    .optional()
    .describe("bytes/s of the host's cap that it has in any case; for admin"),
  upload_guarantee: rate.optional().describe("bytes/s of the host's cap that it has in any case; for admin"),
}

/** The share of a session of which nobody said anything. */
export const usualShare = { weight: 100, download_guarantee: 0, upload_guarantee: 0 }

/** The host as it is shown. */
export const hostView = z.object({
  settings: hostSettings,
  num_sessions: z.int(),
  num_peers: z.int(),
  download_rate: z.number().describe('bytes/s of payload of all sessions'),
  upload_rate: z.number().describe('bytes/s of payload of all sessions'),
})
