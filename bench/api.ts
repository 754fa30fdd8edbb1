/**
 * Reads over HTTP: starts the built server, fills its sessions, and prints one JSON line per scenario.
 * `node bench/api.ts --help`
 */
import { measureBusy } from './api/busy.ts'
import { measureIdle } from './api/idle.ts'
import { optionsHelp, parseApiOptions, type ApiOptions } from './api/options.ts'
import { listUrl, type Scenario } from './api/scenario.ts'
import { RestClient } from './rest-client.ts'
import { startServer } from './server.ts'
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
  await using things = new AsyncDisposableStack()
  const server = things.adopt(await startServer(chosenOptions), (running) => running.stop())
  const client = new RestClient(server.address)
  const sessionIds: string[] = []
  for (let index = 0; index < chosenOptions.sessions; index += 1) {
    sessionIds.push((await client.createSession(`stopped-${index}`)).id)
  }
  await addStoppedTorrents(client, sessionIds, chosenOptions.torrents)
  await scenarios[name]?.run({ client, sessionIds, options: chosenOptions }, name)
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
