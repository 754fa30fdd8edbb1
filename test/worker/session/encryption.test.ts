/** Modes of encryption between real engines: who meets whom. */
import * as assert from 'uvu/assert'
import { encryptionModes } from '../../../src/protocol/session.ts'
import { makeMetainfo } from '../../support/metainfo.ts'
import { suite, within } from '../../support/suite.ts'
import { startEngine, startPeer, startSeed } from '../picker/fixture.ts'

const encryption = suite('src/worker/session/engine: encryption')
const deadlineMs = 15_000
/** What a pair that may not meet is given to do so. */
const neverMs = 700
const made = makeMetainfo({ content: 40_000 })

for (const dialling of encryptionModes)
  for (const listening of encryptionModes) {
    const modes: readonly string[] = [dialling, listening]
    const canMeet = !(modes.includes('off') && modes.includes('required'))
    encryption(
      `${dialling} dials ${listening}: ${canMeet ? 'they exchange' : 'no byte passes'}`,
      async () => {
        await using stack = new AsyncDisposableStack()
        const [one, other] = [
          await startEngine({ encryption: dialling }),
          await startEngine({ encryption: listening }),
        ]
        stack.defer(() => Promise.all([one.close(), other.close()]).then(() => undefined))
        const [leech, seed] = [await startPeer(made, {}, one), await startSeed(made, {}, other)]
        const again = setInterval(() => one.engine.drain(), 250) // as a session does
        stack.defer(() => clearInterval(again))
        leech.dial(seed)
        const met = await within(canMeet ? deadlineMs : neverMs, 'the download', leech.done).then(
          () => true,
          () => false,
        )
        assert.is(met, canMeet)
        if (!canMeet) assert.is(leech.received, 0)
      },
    )
  }

encryption.run()
