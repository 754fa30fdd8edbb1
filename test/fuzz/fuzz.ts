/** `npm run fuzz -- --count N --seed S`: mutated inputs for every format. Prints its report as a line of JSON. */
import { parseArgs } from 'node:util'
import { printReport } from '../support/report-line.ts'
import { removeTemporaryFolders } from '../support/suite.ts'
import { runFuzz } from './campaign.ts'

const { values } = parseArgs({
  options: { count: { type: 'string', default: '1000000' }, seed: { type: 'string' } },
})
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed)
const { faults, ...report } = await runFuzz(Number(values.count), seed)
removeTemporaryFolders()
printReport(report, faults)
