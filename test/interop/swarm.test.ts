import * as assert from 'uvu/assert'
import { suite } from '../support/suite.ts'
import { runSwarm } from './mixed-swarm.ts'
import { caseWith } from './require.ts'

const swarm = suite('test/interop/swarm')
const tools = ['libtorrent', 'transmission-daemon', 'aria2c', 'opentracker'] as const
const members = ['libtorrent', 'resttorrent', 'transmission', 'aria2', 'libtorrent', 'resttorrent'] as const

caseWith(swarm, 'six mixed clients that have a sixth each all end with the whole', tools, async () => {
  const completions = await runSwarm(members, 90_000)
  assert.is(completions.length, members.length)
})

swarm.run()
