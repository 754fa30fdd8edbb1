/** Long lists of torrents as a user has them: real metainfo, uploaded, and stopped. */
import { makeMetainfo } from '../test/support/metainfo.ts'
import type { RestClient } from './rest-client.ts'

const contentLength = 20_000
const uploadsAtATime = 8

/** Fills every session with the same `count` stopped torrents; settles when their lists rest. */
export async function addStoppedTorrents(
  client: RestClient,
  sessionIds: readonly string[],
  count: number,
): Promise<void> {
  let next = 0
  const lane = async (): Promise<void> => {
    while (next < count) {
      const index = next++
      const name = `A recording of an evening, part ${index}.mkv`
      const { bytes } = makeMetainfo({ name, content: contentLength, seed: name })
      for (const id of sessionIds)
        await client.addTorrent(id, bytes, { savePath: `recordings ${id.slice(-12)}`, started: false })
    }
  }
  await Promise.all(Array.from({ length: uploadsAtATime }, lane))
  await Promise.all(sessionIds.map((id) => client.settled(id)))
}
