/**
 * Entry of a session worker: one thread, one session, which it is told of when its code is loaded or long after.
 * Whatever is thrown here and not caught ends the thread; main sees its exit and brings the session back.
 */
import { constants, setPriority } from 'node:os'
import { parentPort, workerData, type MessagePort } from 'node:worker_threads'
import { toWireError } from '../../protocol/errors.ts'
import type { SessionBoot, SessionEvent, SessionThreadData } from '../../protocol/session-rpc.ts'
import { expose } from '../expose.ts'
import { bindFirstFree } from './bind.ts'
import { inStep } from './in-step.ts'
import { Session } from './session.ts'
import { loadSwarm } from './swarm.ts'

/** Several times within the supervisor's shortest deadline. */
const beatMs = 500

// where cores are short, the API's thread comes before any session's; elsewhere 0 is the whole process
if (process.platform === 'linux') setPriority(0, constants.priority.PRIORITY_BELOW_NORMAL)

const { events, isSpare } = workerData as SessionThreadData<MessagePort>
events.once('message', (boot: SessionBoot) => void begin(boot))
if (isSpare) void loadSwarm()

async function begin(boot: SessionBoot): Promise<void> {
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
