/** The options of the api benchmark. */
import { parseArgs, type ParseArgsConfig } from 'node:util'
import { builtProgram } from '../server.ts'

export interface ApiOptions {
  readonly only: readonly string[]
  readonly sessions: number
  readonly torrents: number
  /** In the session of scenarios with one long list. */
  readonly long: number
  readonly connections: number
  readonly runs: number
  readonly seconds: number
  /** Requests per second where they are paced. */
  readonly pace: number
  readonly program: string
  readonly nodeOptions: readonly string[]
}

const table = {
  only: { value: '', about: 'scenarios to run, separated by commas; default: all' },
  sessions: { value: '2', about: 'sessions that hold stopped torrents' },
  torrents: { value: '1000', about: 'stopped torrents in each of them' },
  long: { value: '10000', about: 'stopped torrents in the one session of torrents_changing' },
  connections: { value: '8', about: 'kept connections of the client' },
  runs: { value: '3', about: 'runs on each side, in turn' },
  seconds: { value: '5', about: 'length of a run' },
  pace: { value: '200', about: 'requests per second where they are paced' },
  program: { value: builtProgram, about: 'the server, such as another build of it' },
  'node-options': { value: '', about: 'options for Node of the server, as in --node-options=--cpu-prof' },
} as const

/** The options that the arguments say, or undefined where help is asked for. Throws on unknown ones. */
export function parseApiOptions(args: readonly string[]): ApiOptions | undefined {
  const names = Object.keys(table) as (keyof typeof table)[]
  const options: ParseArgsConfig['options'] = { help: { type: 'boolean', short: 'h' } }
  for (const name of names) options[name] = { type: 'string', default: table[name].value }
  const { values } = parseArgs({ args: [...args], options, strict: true })
  if (values['help'] === true) return undefined
  const text = (name: keyof typeof table): string => String(values[name])
  const list = (name: keyof typeof table, separator: string): string[] =>
    text(name)
      .split(separator)
      .filter((part) => part !== '')
  const count = (name: keyof typeof table): number => positive(name, text(name))
  return {
    only: list('only', ','),
    sessions: count('sessions'),
    torrents: count('torrents'),
    long: count('long'),
    connections: count('connections'),
    runs: count('runs'),
    seconds: count('seconds'),
    pace: count('pace'),
    program: text('program'),
    nodeOptions: list('node-options', ' '),
  }
}

/** The options as a text for people. */
export function optionsHelp(): string {
  return Object.entries(table)
    .map(([name, { value, about }]) => `  --${name.padEnd(13)} ${about}${value === '' ? '' : ` [${value}]`}`)
    .join('\n')
}

function positive(name: string, value: string): number {
  const number = Number(value)
  if (!Number.isInteger(number) || number < 1) throw new Error(`--${name} is a whole number from 1`)
  return number
}
