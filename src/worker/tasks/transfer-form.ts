/** The lines of an exported session: the head, then each torrent, as JSON. Strict, so that nothing is lost unsaid. */
import { hash, randomBytes } from 'node:crypto'
import * as z from 'zod'
import { noCounters } from '../../protocol/counters.ts'
import { RestTorrentError, toWireError } from '../../protocol/errors.ts'
import { sessionId } from '../../protocol/ids.ts'
import { labels } from '../../protocol/labels.ts'
import { factsOf } from '../../protocol/records.ts'
import {
  exportFormat,
  exportVersion,
  type TransferredSession,
  type TransferredTorrent,
} from '../../protocol/session-export.ts'
import { sessionSettings } from '../../protocol/session.ts'
import { torrentOptions } from '../../protocol/torrent-options.ts'
import { torrentPlace } from '../../protocol/torrent-place-form.ts'
import { withNames } from '../../protocol/torrent-place.ts'
import { storageModes } from '../../protocol/torrent.ts'
import { sharedCopy } from '../../protocol/shared-bytes.ts'
import { parseInfo } from '../../protocol/torrent-info.ts'
import { isTrackerUrl, isWebSeedUrl } from '../../protocol/torrent-urls.ts'

const count = z.int().min(0)
const label = z.string().max(4096)

const head = z.strictObject({
  format: z.literal(exportFormat),
  version: z.literal(exportVersion),
  torrents: count,
  session: z.strictObject({
    id: sessionId,
    name: z.string().max(200),
    labels: labels.default([]),
    ports: z.array(z.int().min(1).max(65_535)).length(1),
    memoryOnly: z.boolean(),
    createdAt: count,
    settings: z.strictObject(sessionSettings.shape),
    announceSecret: z
      .string()
      .regex(/^[0-9a-f]{32}$/)
      .default(() => randomBytes(16).toString('hex')), // an older file has none
  }),
})

const counters = z
  .strictObject({
    downloaded: count,
    uploaded: count,
    activeTimeMs: count,
    seedingTimeMs: count,
    finishedAt: count.nullable(),
    completedTold: z.boolean(),
  })
  // a file that was made before they were counted: nobody knows what trackers were told
  .or(
    z
      .strictObject({ downloaded: count, uploaded: count })
      .transform((counted) => ({ ...noCounters, completedTold: true, ...counted })),
  )

const torrent = z.strictObject({
  infoHash: z.string().regex(/^[0-9a-f]{40}$/),
  /** The info dictionary; null while it is not known. */
  metainfo: z.base64().nullable(),
  source: z.strictObject({
    name: label,
    trackers: z.array(z.array(z.string().refine(isTrackerUrl)).max(64)).max(64),
    webSeeds: z.array(z.string().refine(isWebSeedUrl)).max(16),
    peers: z.array(z.string().max(300)).max(16),
  }),
  savePath: label,
  finishedPath: label.optional(),
  renamed: torrentPlace.shape.renamed,
  storageMode: z.enum(storageModes),
  memoryOnly: z.boolean(),
  started: z.boolean(),
  options: z.strictObject(torrentOptions.shape).prefault({}),
  goalMet: z.boolean().optional(),
  addedAt: count,
  queueRank: z.number().optional(),
  counters,
  quarantine: z.string().max(65_536).optional(),
})

/** The first line. */
export function headLine(session: TransferredSession, torrents: number): string {
  return lineOf(head.parse({ format: exportFormat, version: exportVersion, torrents, session }))
}

/** The line of a torrent. */
export function torrentLine({ source, facts: _, queued: _queued, ...rest }: TransferredTorrent): string {
  const { rawInfo, ...place } = source
  const metainfo = rawInfo === undefined ? null : Buffer.from(rawInfo).toString('base64')
  return lineOf(torrent.parse({ ...rest, source: place, metainfo }))
}

/** Throws `invalid_import`. */
export function readHead(line: string): { session: TransferredSession; torrentCount: number } {
  const { session, torrents } = read(head, line, 1)
  return { session, torrentCount: torrents }
}

/** Throws `invalid_import`, which names the line; also where the metainfo is not that of the info hash. */
export function readTorrentLine(line: string, number: number): TransferredTorrent {
  const { metainfo, source, quarantine, ...rest } = read(torrent, line, number)
  if (metainfo === null)
    return { ...rest, source: { ...source, rawInfo: undefined }, facts: undefined, quarantine }
  const rawInfo = sharedCopy(Buffer.from(metainfo, 'base64'))
  if (hash('sha1', rawInfo, 'hex') !== rest.infoHash) throw refusal(number, 'metainfo: has another info hash')
  try {
    return {
      ...rest,
      source: { ...source, rawInfo },
      facts: factsOf(withNames(parseInfo(rawInfo), rest.renamed)),
      quarantine,
    }
  } catch (error) {
    throw refusal(number, `metainfo: ${toWireError(error).message}`)
  }
}

/** The refusal of a file, for a reason that one of its lines gives. */
export function refusal(number: number, reason: string): RestTorrentError {
  return new RestTorrentError('invalid_import', `line ${number}: ${reason}`)
}

function read<Output>(schema: z.ZodType<Output>, line: string, number: number): Output {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch {
    throw refusal(number, 'is no JSON')
  }
  const parsed = schema.safeParse(value)
  if (parsed.success) return parsed.data
  const issue = parsed.error.issues[0]
  throw refusal(number, `${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'is not valid'}`)
}

function lineOf(value: object): string {
  return `${JSON.stringify(value)}\n`
}
