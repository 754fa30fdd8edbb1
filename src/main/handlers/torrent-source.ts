/** Where an added torrent comes from: a file, a magnet link or a URL, checked and made one thing. */
import type { CommandInput } from '../../protocol/commands.ts'
import type { AddressPolicy } from '../../protocol/address-policy.ts'
import { RestTorrentError } from '../../protocol/errors.ts'
import { parseMagnet } from '../../protocol/magnet.ts'
import type { TorrentFacts, TorrentSource } from '../../protocol/records.ts'
import { skipped, usualPriority } from '../../protocol/file-priorities.ts'
import type { TorrentOptions } from '../../protocol/torrent-options.ts'
import type { FieldsOf } from '../../protocol/changed-fields.ts'
import type { TorrentDigest } from '../../protocol/tasks.ts'
import { guardedFetch } from '../../outward/guarded-fetch.ts'
import type { TaskPool } from '../threads/task-pool.ts'

const largestMetainfo = 10 * 1024 * 1024

/** A torrent to be added: its identity, where it comes from, and its facts where they are known. */
export interface Candidate {
  readonly infoHash: string
  readonly source: TorrentSource
  readonly facts: TorrentFacts | undefined
  /** What it says itself of how it is to be downloaded. */
  readonly options: FieldsOf<TorrentOptions>
}

/**
 * Reads the one source an add names. Rejects with `select_one_source`, the codes of metainfo and magnet
 * parsing, `address_not_allowed` or `fetch_failed`.
 */
export async function readSource(
  input: Pick<CommandInput<'upload_torrent'>, 'file' | 'magnet' | 'url'>,
  tasks: Pick<TaskPool, 'parseMetainfo'>,
  fetchPolicy: AddressPolicy,
): Promise<Candidate> {
  const { file, magnet, url } = input
  if ([file, magnet, url].filter((source) => source !== undefined).length !== 1) {
    throw new RestTorrentError('select_one_source', 'give exactly one of file, magnet and url')
  }
  if (magnet !== undefined) return fromMagnet(magnet)
  if (file !== undefined) return fromDigest(await tasks.parseMetainfo(file))
  return fromDigest(await fetchMetainfo(url ?? '', tasks, fetchPolicy))
}

/** What a URL answers with is not told beyond that it is no torrent: the caller may probe what we can reach. */
async function fetchMetainfo(
  url: string,
  tasks: Pick<TaskPool, 'parseMetainfo'>,
  policy: AddressPolicy,
): Promise<TorrentDigest> {
  const answer = await guardedFetch(url, { policy, maxBytes: largestMetainfo })
  return await tasks.parseMetainfo(answer.body).catch((error: unknown) => {
    if (error instanceof RestTorrentError && error.code === 'overloaded') throw error
    throw new RestTorrentError('fetch_failed', 'url did not answer with a torrent')
  })
}

/** The torrent that checked metainfo describes. */
export function fromDigest({ infoHash, rawInfo, facts, trackers, webSeeds }: TorrentDigest): Candidate {
  return {
    infoHash,
    facts,
    options: {},
    source: { rawInfo, name: facts.name, trackers, webSeeds, peers: [] },
  }
}

function fromMagnet(text: string): Candidate {
  const { infoHash, name, trackers, webSeeds, peers, selectOnly } = parseMagnet(text)
  const source = {
    rawInfo: undefined,
    name: name ?? infoHash,
    trackers: trackers.map((tracker) => [tracker]),
    webSeeds,
    peers: peers.map(({ host, port }) => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)),
  }
  return { infoHash, facts: undefined, options: optionsOf(selectOnly), source }
}

/** The files that a magnet link selects (BEP 53) are normal, all others skipped. */
function optionsOf(selectOnly: readonly number[] | undefined): FieldsOf<TorrentOptions> {
  if (selectOnly === undefined) return {}
  const file_priorities = new Array<number>((selectOnly.at(-1) ?? 0) + 1).fill(skipped)
  for (const index of selectOnly) file_priorities[index] = usualPriority
  return { file_priorities, default_priority: skipped }
}
