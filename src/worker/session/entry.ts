/**
 * Entry of a session worker: one thread, one session, which it is told of when its code is loaded or long after.
 * Whatever is thrown here and not caught ends the thread; main sees its exit and brings the session back.
 */
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { toWireError } from '../../protocol/errors.ts'
import type { SessionBoot, SessionEvent, SessionThreadData } from '../../protocol/session-rpc.ts'
import { expose } from '../expose.ts'
import { bindFirstFree } from './bind.ts'
import { inStep } from './in-step.ts'
import { giveWay, startFirst } from './priority.ts'
import { Session } from './session.ts'
import { loadSwarm } from './swarm.ts'

/** Several times within the supervisor's shortest deadline. */
const beatMs = 500

/** Within that a hundred torrents seed again after a crash; of many more it is a part. */
const startMs = 1000

startFirst()

const { events, isSpare } = workerData as SessionThreadData<MessagePort>
events.once('message', (boot: SessionBoot) => void begin(boot))
if (isSpare) void loadSwarm()

async function begin(boot: SessionBoot): Promise<void> {
  setTimeout(giveWay, startMs).unref()
  const post = (event: SessionEvent): void => events.postMessage(event)
  const heartbeat = new Int32Array(boot.heartbeat)
  inStep(() => Atomics.add(heartbeat, 0, 1), beatMs)
  try {
    const bound = await bindFirstFree(boot.ports, boot.listenHost, boot.settings.dht)
    if (parentPort) expose(new Session(boot, bound, post), parentPort)
    post({ type: 'bound', port: bound.port })
  } catch (error) {
    post({ type: 'bind_failed', error: toWireError(error) })
  }
}
