/**
 * `npm run torture -- --kills N --seed S`: long campaigns of kills, `--lanes` of them at a time, for a server
 * that is about to be killed mostly waits; none is killed when `--minutes` are over. `--trace FOLDER` keeps all that happens. With `--faults` instead
 * every file operation of a torrent's life fails once. Prints its report as a line of JSON.
 */
import { parseArgs } from 'node:util'
import { printReport } from '../support/report-line.ts'
import { removeTemporaryFolders } from '../support/suite.ts'
import { runCampaigns } from './campaigns.ts'
import { Random } from './random.ts'
import { failEach } from './torrent-faults.ts'

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    seed: { type: 'string' },
    lanes: { type: 'string', default: '1' },
    trace: { type: 'string' },
    minutes: { type: 'string', default: '600' },
    faults: { type: 'boolean', default: false },
  },
})
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed)
console.error(`seed ${seed}`)
const startedAt = performance.now()
const { wrong, ...report } = values.faults
  ? await failEach(new Random(seed))
  : await runCampaigns({
      kills: Number(values.kills),
      seed,
      lanes: Number(values.lanes),
      trace: values.trace,
      signal: AbortSignal.timeout(Number(values.minutes) * 60_000),
      onJudged: (soFar) =>
        console.error(`seed ${soFar.seed}: ${soFar.kills} kills, ${soFar.wrong.length} faults`),
    })
removeTemporaryFolders()
const seconds = Math.round((performance.now() - startedAt) / 1000)
printReport({ ...report, seconds }, wrong)
