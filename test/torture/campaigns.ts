/** Campaigns beside each other, each with servers, peers and chances of its own. */
import { runCampaign, type CampaignOptions, type CampaignReport } from './campaign.ts'

/** Shares the kills out; the seeds are `seed` and those that follow it. */
export async function runCampaigns(
  options: CampaignOptions & { readonly lanes: number },
): Promise<CampaignReport> {
  const { kills, seed, lanes } = options
  const reports = await Promise.all(
    Array.from({ length: lanes }, (_, lane) =>
      runCampaign({ ...options, seed: seed + lane, kills: Math.floor((kills + lane) / lanes) }),
    ),
  )
  const sum = (of: (report: CampaignReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0)
  return {
    seed,
    kills: sum((report) => report.kills),
    atPoints: sum((report) => report.atPoints),
    acknowledged: sum((report) => report.acknowledged),
    lost: sum((report) => report.lost),
    resurrected: sum((report) => report.resurrected),
    withClaims: sum((report) => report.withClaims),
    claimed: sum((report) => report.claimed),
    falsePieces: sum((report) => report.falsePieces),
    downloadedAgain: sum((report) => report.downloadedAgain),
    overDownloads: sum((report) => report.overDownloads),
    moved: sum((report) => report.moved),
    filesJudged: sum((report) => report.filesJudged),
    filesLeft: sum((report) => report.filesLeft),
    filesLost: sum((report) => report.filesLost),
    wrong: reports.flatMap((report) => report.wrong.map((line) => `seed ${report.seed}: ${line}`)),
  }
}
