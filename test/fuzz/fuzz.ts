/** `npm run fuzz -- --count N --seed S`: mutated inputs for every format. Prints its report as a line of JSON. */
import { parseArgs } from 'node:util'
import { removeTemporaryFolders } from '../support/suite.ts'
import { runFuzz } from './campaign.ts'

const { values } = parseArgs({
  options: { count: { type: 'string', default: '1000000' }, seed: { type: 'string' } },
})
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed)
const { faults, ...report } = await runFuzz(Number(values.count), seed)
removeTemporaryFolders()
for (const fault of faults) console.error(fault)
const entries = Object.entries({ ...report, faults: faults.length })
console.log(JSON.stringify(Object.fromEntries(entries.map(([name, value]) => [snakeCase(name), value]))))
process.exitCode = faults.length > 0 ? 1 : 0

function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)
}
