import { once } from 'node:events'
import { request as httpRequest } from 'node:http'
import * as assert from 'uvu/assert'
import { createHttpServer } from '../../../src/main/http/server.ts'
import { attachRealtime } from '../../../src/main/realtime/attach.ts'
import { authentication } from '../../support/access.ts'
import { eventually, suite, within } from '../../support/suite.ts'
import { recordedApp } from '../http/recorded-handlers.ts'

const test = suite('src/main/realtime/lost-polls')

test('a client whose poll is cut is gone at once', async () => {
  const { app, handlers, log } = recordedApp()
  const http = createHttpServer(app, log)
  const options = { handlers, log, authentication: authentication(), allowedHosts: [] }
  const realtime = attachRealtime(http.server, options)
  const { port } = await http.listen('127.0.0.1', 0)
  const polling = `http://127.0.0.1:${port}/socket.io/?EIO=4&transport=polling`
  try {
    const { sid } = JSON.parse((await (await fetch(polling)).text()).slice(1)) as { sid: string }
    const connection = `${polling}&sid=${sid}`
    await (await fetch(connection, { method: 'POST', body: '40' })).text()
    assert.match(await (await fetch(connection)).text(), /^40/)
    assert.is(realtime.connections, 1)
    const arrived = once(http.server, 'request')
    const poll = httpRequest(connection)
    poll.on('error', () => undefined)
    poll.end()
    await within(5000, 'the poll', arrived)
    poll.destroy()
    await eventually(5000, 'its end', () => realtime.connections === 0)
  } finally {
    await realtime.close('the test ends', 500)
    await http.close(0)
  }
})

test.run()
