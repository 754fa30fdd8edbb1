import * as assert from 'uvu/assert'
import { metSoon } from '../../../src/worker/session/met-soon.ts'
import { suite } from '../../support/suite.ts'

const waiting = suite('worker/session/met-soon')

/** What is waited for: it meets somebody from the moment that `open` is called. */
class Opening {
  meeting: string | undefined
  open: () => void = () => undefined
  readonly #opened = new Promise<void>((resolve) => (this.open = resolve))

  settled = async (): Promise<void> => {
    await this.#opened
    this.meeting = 'met'
  }
}

waiting('a torrent that is being opened is waited for', async () => {
  const torrent = new Opening()
  const met = metSoon(torrent)
  torrent.open()
  assert.is(await met, 'met')
  assert.is(await metSoon({ meeting: 'met', settled: () => new Promise(() => undefined) }), 'met')
})

waiting('there is no meeting where there is no torrent, none that runs, or one that takes long', async () => {
  assert.is(await metSoon(undefined), undefined)
  assert.is(await metSoon({ meeting: undefined, settled: () => Promise.resolve() }), undefined)
  assert.is(await metSoon(new Opening(), 20), undefined)
})

waiting.run()
