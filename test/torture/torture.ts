/** `npm run torture -- --kills N --seed S`: a long campaign of kills; prints its report as a line of JSON. */
import { parseArgs } from 'node:util'
import { removeTemporaryFolders } from '../support/suite.ts'
import { runCampaign } from './campaign.ts'

const { values } = parseArgs({
  options: { kills: { type: 'string', default: '100' }, seed: { type: 'string' } },
})
const seed = values.seed === undefined ? Date.now() % 2 ** 31 : Number(values.seed)
console.error(`seed ${seed}`)
const report = await runCampaign({ kills: Number(values.kills), seed })
removeTemporaryFolders()
const { wrong, atPoints, falsePieces, downloadedAgain, overDownloads, ...rest } = report
for (const line of wrong) console.error(line)
console.log(
  JSON.stringify({
    ...rest,
    at_points: atPoints,
    false_pieces: falsePieces,
    downloaded_again: downloadedAgain,
    over_downloads: overDownloads,
  }),
)
process.exitCode = wrong.length > 0 ? 1 : 0
