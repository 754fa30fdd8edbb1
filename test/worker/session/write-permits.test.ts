import * as assert from 'uvu/assert'
import { toWireError } from '../../../src/protocol/errors.ts'
import type { SessionEvent } from '../../../src/protocol/session-rpc.ts'
import { WritePermits } from '../../../src/worker/session/write-permits.ts'
import { suite } from '../../support/suite.ts'

const permits = suite('src/worker/session/write-permits')
const infoHash = 'a'.repeat(40)

/** Permits, with the ids of what was asked. */
function asked(): { permits: WritePermits; ids: number[] } {
  const ids: number[] = []
  const post = (event: SessionEvent): void => {
    if (event.type === 'write_request' && event.infoHash === infoHash) ids.push(event.requestId)
  }
  return { permits: new WritePermits(post), ids }
}

permits('each question settles by its own answer', async () => {
  const { permits, ids } = asked()
  const { signal } = new AbortController()
  const answers = [permits.ask(infoHash, signal), permits.ask(infoHash, signal)]
  permits.answered(ids[1] ?? 0, { code: 'file_in_use', message: 'file a belongs to torrent b' })
  permits.answered(ids[0] ?? 0, undefined)
  const [first, second] = await Promise.allSettled(answers)
  assert.is(first?.status, 'fulfilled')
  assert.is(second?.status === 'rejected' && toWireError(second.reason).code, 'file_in_use')
})

permits('a torrent that is stopped waits no more, and a late answer is dropped', async () => {
  const { permits, ids } = asked()
  const abort = new AbortController()
  const answer = permits.ask(infoHash, abort.signal)
  const reason = new Error('stopped')
  abort.abort(reason)
  assert.is(await answer.catch((error: unknown) => error), reason)
  permits.answered(ids[0] ?? 0, undefined)
})

permits.run()
