/**
 * The whole mixed swarm: `node test/interop/swarm.ts` runs twenty clients, each of which begins with another
 * twentieth of the content, and prints when each had all of it. Clients that are not installed are printed
 * as not run, and others take their places. The built server is what is run.
 */
import { removeTemporaryFolders } from '../support/suite.ts'
import { clients, type ClientName } from './clients.ts'
import { runSwarm } from './mixed-swarm.ts'
import { absence } from './require.ts'

const size = 20
const deadlineMs = 10 * 60_000
/** How often a client comes in turn. */
const turns: ClientName[] = [
  ...(['resttorrent', 'libtorrent', 'transmission', 'aria2', 'resttorrent'] as const),
  ...(['libtorrent', 'transmission', 'aria2', 'qbittorrent', 'resttorrent'] as const),
]

const present = turns.filter((name) => {
  const { tool } = clients[name]
  const why = tool === undefined ? undefined : absence([tool])
  if (why) console.log(`not run: ${name}: ${why.why}`)
  return why === undefined
})
const members = Array.from({ length: size }, (_, at) => present[at % present.length] ?? 'resttorrent')
try {
  const completions = await runSwarm(members, deadlineMs)
  for (const { name, ms } of completions.sort((a, b) => a.ms - b.ms)) console.log(`ok  ${name} (${ms} ms)`)
  console.log(`${completions.length} of ${size} clients have the right content`)
} finally {
  removeTemporaryFolders()
}
