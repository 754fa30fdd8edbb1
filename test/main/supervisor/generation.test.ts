import * as assert from 'uvu/assert'
import { HostShare } from '../../../src/protocol/host-share.ts'
import { Generation } from '../../../src/main/supervisor/generation.ts'
import { startThreadHost } from '../../../src/main/threads/thread-host.ts'
import { sessionSettings } from '../../support/session-record.ts'
import { suite } from '../../support/suite.ts'

const generations = suite('src/main/supervisor/generation')

generations('what a worker told before it answered is heard before the answer', async () => {
  const heard: (number | undefined)[] = []
  const generation = new Generation(
    (options) => startThreadHost(new URL('../../support/telling-worker.ts', import.meta.url), options),
    {
      boot: {
        sessionId: '2d525430303031'.padEnd(40, '0'),
        generation: 1,
        ports: [],
        listenHost: '127.0.0.1',
        settings: sessionSettings,
        allowedPeerRanges: [],
        allowedFetchRanges: [],
        announceSecret: '',
        transfers: [],
        dhtBootstrap: [],
        dhtTable: undefined,
        hostShare: new HostShare().memory,
        reportIntervalMs: 1000,
        healMs: 1000,
      },
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
