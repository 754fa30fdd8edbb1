import * as assert from 'uvu/assert'
import { resolveHost } from '../../src/outward/resolve.ts'
import { suite, within } from '../support/suite.ts'
import { closeStubDns, startStubDns, type Zone } from './stub-dns.ts'

const test = suite('main/outward/resolve')
test.after.each(closeStubDns)

async function resolveIn(
  zone: Zone,
  hostname: string,
): Promise<{ addresses: string[]; questions: string[] }> {
  const dns = await startStubDns(zone)
  const signal = AbortSignal.timeout(10_000)
  const addresses = await resolveHost(hostname, { nameservers: [dns.nameserver], signal })
  return { addresses, questions: dns.questions }
}

test('a name has the addresses of both families, IPv4 first, asked for once each', async () => {
  const zone: Zone = (_, type) => (type === 'A' ? ['192.0.2.1', '192.0.2.2'] : ['2001:db8::1'])
  const { addresses, questions } = await resolveIn(zone, 'both.example')
  assert.equal(addresses, ['192.0.2.1', '192.0.2.2', '2001:db8::1'])
  assert.equal(questions.toSorted(), ['both.example A', 'both.example AAAA'])
})

test('a name with one family resolves to that one', async () => {
  const { addresses } = await resolveIn((_, type) => (type === 'A' ? [] : ['2001:db8::1']), 'six.example')
  assert.equal(addresses, ['2001:db8::1'])
})

test('literals and localhost are never asked for', async () => {
  for (const [hostname, expected] of [
    ['192.0.2.7', ['192.0.2.7']],
    ['[2001:db8::7]', ['2001:db8::7']],
    ['localhost', ['127.0.0.1', '::1']],
    ['localhost.', ['127.0.0.1', '::1']],
    ['any.localhost', ['127.0.0.1', '::1']],
  ] as const) {
    const { addresses, questions } = await resolveIn(() => ['192.0.2.1'], hostname)
    assert.equal(addresses, expected)
    assert.equal(questions, [])
  }
})

test('a name without addresses rejects', async () => {
  const outcome = await resolveIn(() => [], 'none.example').catch((error: unknown) => error)
  assert.instance(outcome, Error)
})

test('an abort ends the wait for a name server that is silent', async () => {
  const dns = await startStubDns(() => undefined)
  const stop = new AbortController()
  const resolving = resolveHost('silent.example', { nameservers: [dns.nameserver], signal: stop.signal })
  stop.abort()
  const outcome = await within(
    2000,
    'the abort',
    resolving.catch((error: unknown) => error),
  )
  assert.instance(outcome, Error)
})

test.run()
