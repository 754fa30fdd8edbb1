/**
 * Entry of a session worker that says how much memory it uses when it is asked, after its garbage was
 * collected. All else of it is the real one.
 */
import { BroadcastChannel } from 'node:worker_threads'
import { usedBytes } from '../support/used-bytes.ts'

const scales = new BroadcastChannel('memory of the session')
scales.unref()
scales.onmessage = ({ data }: { data: unknown }) => {
  if (data === 'weigh') scales.postMessage(usedBytes())
}

await import(new URL('../../dist/worker-session.js', import.meta.url).href)
