import * as assert from 'uvu/assert'
import { Generation } from '../../../src/main/supervisor/generation.ts'
import { startThreadHost } from '../../../src/main/threads/thread-host.ts'
import { sessionBoot } from '../../support/session-boot.ts'
import { suite } from '../../support/suite.ts'

const generations = suite('src/main/supervisor/generation')

generations('what a worker told before it answered is heard before the answer', async () => {
  const heard: (number | undefined)[] = []
  const generation = new Generation(
    (options) => startThreadHost(new URL('../../support/telling-worker.ts', import.meta.url), options),
    {
      boot: sessionBoot(),
      onEvent: (event) => {
        if (event.type === 'forgotten') heard.push(event.addedAt)
      },
      onOutput: () => undefined,
      onHeld: () => undefined,
    },
  )
  try {
    await generation.call('hold torrent', 20_000, async (api) => await api.holdTorrent('of any'))
    assert.equal(heard, Array.from({ length: 5000 }, (_, at) => at + 1)) // prettier-ignore
  } finally {
    await generation.end('requested', 0)
  }
})

generations.run()
