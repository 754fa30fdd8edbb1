/** A session's thread that tells a lot just before it answers. */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { expose } from '../../src/worker/expose.ts'

const { events } = workerData as { events: MessagePort }
const told = 5000

const telling = {
  holdTorrent: async (infoHash: string): Promise<void> => {
    await Promise.resolve()
    for (let at = 1; at <= told; at += 1) events.postMessage({ type: 'forgotten', infoHash, addedAt: at })
  },
}

if (parentPort) expose(telling, parentPort)
