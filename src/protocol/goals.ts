/** When a torrent has given back enough, and what follows. */
import * as z from 'zod'
import { shareRatio, type TorrentCounters } from './counters.ts'
import { decimal } from './parameters.ts'

const actions = ['stop', 'remove', 'remove_with_data'] as const
export type GoalAction = (typeof actions)[number]

/** What a torrent says that leaves it to its session. */
const ofSession = -1
const actionsOrSession = ['session', ...actions] as const
const longestMs = 100 * 365 * 24 * 60 * 60 * 1000
const highestRatio = 1_000_000

/** The goals of a session as they are kept: those of its torrents that have none of their own. */
export const sessionGoals = {
  ratio_goal: z.number().default(0).describe('share ratio at which goal_action follows, 0: none'),
  seeding_time_goal_ms: z.number().default(0).describe('seeding time at which goal_action follows, 0: none'),
  goal_action: z.enum(actions).default('stop').describe('what follows when either goal is reached'),
}

/** The goals of a torrent as they are kept. */
export const torrentGoals = {
  ratio_goal: z
    .number()
    .default(ofSession)
    .describe("share ratio at which goal_action follows, 0: none, -1: the session's"),
  seeding_time_goal_ms: z
    .number()
    .default(ofSession)
    .describe("seeding time at which goal_action follows, 0: none, -1: the session's"),
  goal_action: z.enum(actionsOrSession).default('session').describe('what follows when either is reached'),
}

/** What callers may give of a session's goals. */
export const sessionGoalInput = {
  ratio_goal: decimal(0, highestRatio)
    .optional()
    .describe('share ratio at which a torrent of the session has given enough, 0: none'),
  seeding_time_goal_ms: decimal(0, longestMs)
    .optional()
    .describe('seeding time at which a torrent of the session has given enough, 0: none'),
  goal_action: z
    .enum(actions, { error: `must be one of ${actions.join(', ')}` })
    .optional()
    .describe('what follows once when either goal is reached; default stop'),
}

/** What callers may give of a torrent's goals. */
export const torrentGoalInput = {
  ratio_goal: decimal(ofSession, highestRatio)
    .optional()
    .describe("share ratio at which it has given enough, 0: none, -1: the session's"),
  seeding_time_goal_ms: decimal(ofSession, longestMs)
    .optional()
    .describe("seeding time at which it has given enough, 0: none, -1: the session's"),
  goal_action: z
    .enum(actionsOrSession, { error: `must be one of ${actionsOrSession.join(', ')}` })
    .optional()
    .describe("what follows once when either goal is reached; session: the session's"),
}

export type SessionGoals = {
  readonly [Name in keyof typeof sessionGoals]: z.output<(typeof sessionGoals)[Name]>
}
type TorrentGoals = { readonly [Name in keyof typeof torrentGoals]: z.output<(typeof torrentGoals)[Name]> }

/** The goals of a session of which nobody said anything. */
export const noGoals: SessionGoals = { ratio_goal: 0, seeding_time_goal_ms: 0, goal_action: 'stop' }

/** What holds for one torrent; 0 for a goal that it does not have. */
export interface Goal {
  readonly ratio: number
  readonly seedingTimeMs: number
  readonly action: GoalAction
}

/** The torrent's own goals, and its session's where it leaves them to that; undefined for none. */
export function goalOf(torrent: TorrentGoals, session: SessionGoals): Goal | undefined {
  const { ratio_goal, seeding_time_goal_ms, goal_action } = torrent
  const ratio = ratio_goal < 0 ? session.ratio_goal : ratio_goal
  const seedingTimeMs = seeding_time_goal_ms < 0 ? session.seeding_time_goal_ms : seeding_time_goal_ms
  if (ratio === 0 && seedingTimeMs === 0) return undefined
  return { ratio, seedingTimeMs, action: goal_action === 'session' ? session.goal_action : goal_action }
}

/** Whether either goal is reached. */
export function isGoalReached(goal: Goal, counters: TorrentCounters, totalSize: number): boolean {
  if (goal.seedingTimeMs > 0 && counters.seedingTimeMs >= goal.seedingTimeMs) return true
  return goal.ratio > 0 && shareRatio(counters, totalSize) >= goal.ratio
}

/** Whether a change of options is about goals. */
export function changesGoal(fields: object): boolean {
  return Object.entries(fields).some(
    ([name, value]) => value !== undefined && Object.hasOwn(torrentGoals, name),
  )
}
