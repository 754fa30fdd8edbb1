import * as assert from 'uvu/assert'
import { callerAddress } from '../../../src/main/access/caller-address.ts'
import { suite } from '../../support/suite.ts'

const addresses = suite('src/main/access/caller-address')

const cases: [trusted: string[], connection: string, forwarded: string | undefined, caller: string][] = [
  [[], '192.0.2.1', '10.0.0.1', '192.0.2.1'],
  [[], '::ffff:192.0.2.1', undefined, '192.0.2.1'],
  [['127.0.0.0/8'], '192.0.2.1', '10.0.0.1', '192.0.2.1'],
  [['127.0.0.0/8'], '127.0.0.1', '198.51.100.7', '198.51.100.7'],
  // what the caller wrote itself stands before what the proxy added
  [['127.0.0.0/8'], '127.0.0.1', '10.9.9.9, 198.51.100.7', '198.51.100.7'],
  [['127.0.0.0/8', '10.0.0.0/8'], '127.0.0.1', '198.51.100.7, 10.0.0.2', '198.51.100.7'],
  [['127.0.0.0/8'], '127.0.0.1', undefined, '127.0.0.1'],
  [['127.0.0.0/8'], '127.0.0.1', 'unknown', '127.0.0.1'],
  [['127.0.0.0/8'], '127.0.0.1', ', ,', '127.0.0.1'],
  [['127.0.0.0/8'], '::ffff:127.0.0.1', '2001:db8::1', '2001:db8::1'],
  [['::1/128'], '::1', '198.51.100.7', '198.51.100.7'],
]
for (const [trusted, connection, forwarded, caller] of cases) {
  addresses(
    `${connection} forwarding for ${forwarded ?? 'nobody'}, trusted ${trusted.join()}: ${caller}`,
    () => {
      assert.is(callerAddress(trusted)(connection, forwarded), caller)
    },
  )
}

addresses.run()
