import * as assert from 'uvu/assert'
import { ReportIntervals } from '../../../src/main/supervisor/report-intervals.ts'
import { supervise } from '../../support/supervised.ts'
import { suite } from '../../support/suite.ts'

const intervals = suite('src/main/supervisor/report-intervals')

intervals(
  'a worker is told once that its session is followed, once that it is not, and each new one again',
  async () => {
    await using supervised = supervise()
    const { id } = await supervised.create()
    const session = supervised.supervisor.session(id)
    const told: number[] = []
    const recorded = {
      id,
      get state() {
        return session.state
      },
      get generation() {
        return session.generation
      },
      send: (_what: string, run: Parameters<typeof session.send>[1]) => {
        void run({ reportEvery: (ms: number) => Promise.resolve(void told.push(ms)) } as never)
      },
    }
    const reports = new ReportIntervals(1000)
    reports.keep(recorded)
    assert.equal(told, [])
    reports.follow((one) => one === id)
    reports.keep(recorded)
    reports.keep(recorded)
    assert.equal(told, [250])
    await session.restart()
    await supervised.whenSession(id, 'runs again', ({ state, worker }) => {
      return state === 'running' && worker.generation === 2
    })
    reports.keep(recorded)
    assert.equal(told, [250, 250])
    reports.follow(() => false)
    reports.keep(recorded)
    assert.equal(told, [250, 250, 1000])
  },
)

intervals.run()
