/**
 * Reads over HTTP: starts the built server, fills its sessions, and prints one JSON line per scenario.
 * `node bench/api.ts --help`
 */
import { measureBusy } from './api/busy.ts'
import { measureChanging } from './api/changing.ts'
import { measureIdle } from './api/idle.ts'
import { measureLooping } from './api/looping.ts'
import { optionsHelp, parseApiOptions, type ApiOptions } from './api/options.ts'
import { listUrl, type Scenario } from './api/scenario.ts'
import { RestClient } from './rest-client.ts'
import { faultyProgram, startServer } from './server.ts'
import { addStoppedTorrents } from './stopped-torrents.ts'

const scenarios: Record<string, Scenario> = {
  torrents_idle: {
    about: 'the list of torrents under full load, beside a bare server',
    run: (stage, name) => measureIdle(stage, name, { url: listUrl(stage), conditional: false }),
  },
  not_modified: {
    about: 'the same list, unchanged since the client has read it: 304',
    run: (stage, name) => measureIdle(stage, name, { url: listUrl(stage), conditional: true }),
  },
  sessions_idle: {
    about: 'the list of sessions under full load, beside a bare server',
    run: (stage, name) =>
      measureIdle(stage, name, { url: `${stage.client.address}/v1/sessions`, conditional: false }),
  },
  torrents_busy: {
    about: 'the list of torrents, paced, while two sessions download at full speed',
    run: (stage, name) => measureBusy(stage, name, listUrl(stage)),
  },
  torrents_changing: {
    about: 'a long list of which 1 % changes a second, whole and what changed since the last read',
    isLong: true,
    run: measureChanging,
  },
  torrents_looping: {
    about: 'torrents_busy with a third session in an endless loop, beside the same without it',
    isFaulty: true,
    run: measureLooping,
  },
  sessions_busy: {
    about: 'the list of sessions, paced, while two sessions download at full speed',
    run: (stage, name) => measureBusy(stage, name, `${stage.client.address}/v1/sessions`),
  },
}

const options = parseApiOptions(process.argv.slice(2))
if (options === undefined) process.stdout.write(`${help()}\n`)
else for (const name of chosen(options)) await runScenario(name, options)

/** Each scenario has a server of its own: what one leaves behind is not measured by the next. */
async function runScenario(name: string, chosenOptions: ApiOptions): Promise<void> {
  const scenario = scenarios[name]
  const { isFaulty, isLong } = scenario ?? {}
  const { program, sessions, torrents, long } = chosenOptions
  await using things = new AsyncDisposableStack()
  const server = things.adopt(
    await startServer({ ...chosenOptions, program: isFaulty ? faultyProgram : program }),
    (running) => running.stop(),
  )
  const client = new RestClient(server.address)
  const sessionIds: string[] = []
  for (let index = 0; index < (isLong ? 1 : sessions); index += 1) {
    sessionIds.push((await client.createSession(`stopped-${index}`)).id)
  }
  await addStoppedTorrents(client, sessionIds, isLong ? long : torrents)
  const order = (fault: object): void => server.tell(JSON.stringify(fault))
  await scenario?.run({ client, pid: server.pid, sessionIds, options: chosenOptions, order }, name)
}

function chosen({ only }: ApiOptions): string[] {
  const names = only.length === 0 ? Object.keys(scenarios) : [...only]
  const unknown = names.filter((name) => !Object.hasOwn(scenarios, name))
  if (unknown.length > 0) throw new Error(`unknown scenarios: ${unknown.join(', ')}`)
  return names
}

function help(): string {
  const lines = Object.entries(scenarios).map(([name, { about }]) => `  ${name.padEnd(15)} ${about}`)
  return ['scenarios:', ...lines, '', 'options:', optionsHelp()].join('\n')
}
