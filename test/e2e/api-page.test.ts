/** The page at /docs in a real browser, with nothing to load but what the server gives. */
import { chromium, type Browser, type Page } from 'playwright-core'
import * as assert from 'uvu/assert'
import { caseWith } from '../interop/require.ts'
import { adminKey } from '../support/keys.ts'
import { freePort } from '../support/ports.ts'
import { request } from '../support/request.ts'
import { startTestServer } from '../support/server.ts'
import { suite } from '../support/suite.ts'

const test = suite('test/e2e/api-page')
const waitMs = 30_000

test('it is served to everybody under a strict policy', async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  for (const [path, type] of [
    ['/docs', 'text/html'],
    ['/docs/page.js', 'text/javascript'],
    ['/docs/page.css', 'text/css'],
  ] as const) {
    const { status, headers } = await request(server.address + path)
    assert.is(status, 200)
    assert.match(headers.get('content-type') ?? '', type)
    const policy = headers.get('content-security-policy') ?? ''
    assert.match(policy, "default-src 'none'")
    assert.not.match(policy, /unsafe|https?:|\*/)
  }
})

caseWith(test, 'every operation can be read and tried with a key', ['chromium'], async () => {
  await using server = await startTestServer({ ADMIN_KEY: adminKey })
  const browser: Browser = await chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: ['--no-sandbox'],
    timeout: waitMs,
  })
  try {
    const page = await browser.newPage()
    page.setDefaultTimeout(waitMs)
    const told: string[] = []
    const asked: string[] = []
    page.on('console', (message) => told.push(message.text()))
    page.on('pageerror', (error) => told.push(String(error)))
    page.on('request', (one) => asked.push(new URL(one.url()).origin))
    await page.goto(`${server.address}/docs`)
    await page.fill('#key', adminKey)
    assert.match(await answerOf(page, 'get_session_list'), /^200 in \d+ ms\n.*"sessions": \[\]/s)
    const first = await freePort()
    const made = await answerOf(page, 'create_session', {
      port_range: `${first},${first + 20}`,
      dht: '0',
      labels: '["of the page"]',
    })
    assert.match(made, /^200/)
    const { sessions } = await server.rest.call('get_session_list')
    assert.equal(
      sessions.map(({ labels }) => labels),
      [['of the page']],
    )
    assert.match(await answerOf(page, 'get_session', { session_id: sessions[0]?.id ?? '' }), /^200/)
    await page.fill('#find', 'create_key')
    assert.is(await page.locator('details:visible').count(), 1)
    assert.equal(told, [])
    assert.equal([...new Set(asked)], [server.address])
  } finally {
    await browser.close()
  }
})

/** Opens an operation, sends it with these values, and gives what is shown. */
async function answerOf(page: Page, name: string, values: Record<string, string> = {}): Promise<string> {
  const operation = page.locator(`#${name}`)
  await operation.locator('summary').click()
  for (const [field, value] of Object.entries(values))
    await operation.locator(`input[name="${field}"]`).fill(value)
  await operation.locator('button').click()
  const shown = operation.locator('pre')
  await shown.waitFor({ state: 'visible' })
  return (await shown.textContent()) ?? ''
}

test.run()
