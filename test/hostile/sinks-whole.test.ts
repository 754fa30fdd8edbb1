/** In whole runs: each way to write an address that the sinks are kept from leads there where it is allowed. */
import { addCase } from '../interop/require.ts'
import { suite } from '../support/suite.ts'
import { everythingArrives, obstacle } from './sinks/judge.ts'

const test = suite('test/hostile/sinks-whole')

addCase(test, 'the same ways arrive where every address is allowed', obstacle(), () => everythingArrives(1))

test.run()
