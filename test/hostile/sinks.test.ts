/**
 * Every way to write a forbidden address, led to everything that dials or fetches, against the built server in
 * a network namespace where all addresses are local: canaries everywhere see nothing. With every address
 * allowed a part of the same ways does arrive, so that silence means something; a whole run has all of them.
 */
import { addCase } from '../interop/require.ts'
import { suite } from '../support/suite.ts'
import { everythingArrives, nothingArrives, obstacle } from './sinks/judge.ts'

const test = suite('test/hostile/sinks')
const denied = obstacle()

addCase(test, 'no way to write a forbidden address reaches a canary from any sink', denied, nothingArrives)
addCase(test, 'some of these ways arrive where every address is allowed', denied, () => everythingArrives(6))

test.run()
