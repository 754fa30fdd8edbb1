import * as assert from 'uvu/assert'
import { commandNames, commands, type CommandName } from '../../src/protocol/commands.ts'
import { RestTorrentError } from '../../src/protocol/errors.ts'
import { validate } from '../../src/protocol/validate.ts'
import { suite } from '../support/suite.ts'

const test = suite('protocol/validate')
const named = { session_id: '2d'.repeat(20), info_hash: 'a'.repeat(40) }
const long = 'x'.repeat(20_000)
const wrong = [5, -1, 1.5, true, null, '', 'x', long, '\u0001', '[1]', [], [1], [''], [long], [[1]], {}, [{}]]

function refusal(name: CommandName, parameters: object): RestTorrentError {
  try {
    validate(name, parameters)
  } catch (error) {
    if (error instanceof RestTorrentError) return error
    throw error
  }
  throw new Error(`${name} takes ${JSON.stringify(parameters)}`)
}

test('what is wrong with any parameter of any command is said in a sentence of ours', () => {
  let count = 0
  for (const command of commandNames) {
    for (const parameter of Object.keys(commands[command].input.shape)) {
      for (const value of wrong) {
        const result = commands[command].input.shape
        const given = { ...('session_id' in result ? named : {}), [parameter]: value }
        const told = sentenceOn(command, parameter, given)
        if (told === undefined) continue
        count += 1
        assert.not.match(told, /invalid|expected|received|pattern|too (?:big|small)/i, `${command}: ${told}`)
        assert.match(told, / (?:must|is|a label) /, `${command}: ${told}`)
      }
    }
  }
  assert.ok(count > 1000, String(count))
})

/** The message where that parameter is refused, and not the lack of another. */
function sentenceOn(command: CommandName, parameter: string, given: object): string | undefined {
  try {
    validate(command, given)
    return undefined
  } catch (error) {
    const { message } = error as RestTorrentError
    return message.startsWith(`parameter ${parameter}: `) ? message : undefined
  }
}

const told: [name: CommandName, parameters: object, message: string][] = [
  ['create_session', { name: 5 }, 'parameter name: must be a string'],
  ['create_session', { name: 'x'.repeat(201) }, 'parameter name: must not be longer than 200 characters'],
  ['get_all_torrents', { state: 5 }, 'parameter state: must be a string or a list'],
  [
    'add_tracker',
    { ...named, urls: 'ftp://x' },
    'parameter urls: must be an http, https, udp, ws or wss address of at most 2 KiB',
  ],
  ['get_session_list', { x: 1 }, 'unknown parameter x: there are none'],
  ['cancel_job', { job_id: 'x' }, 'job not found'],
  ['delete_webhook', { webhook_id: 'x' }, 'webhook not found'],
]
for (const [name, parameters, message] of told) {
  test(`${name} ${JSON.stringify(Object.keys(parameters))}: ${message}`, () => {
    assert.is(refusal(name, parameters).message, message)
  })
}

test('what is unknown is answered with what is known', () => {
  const { code, message } = refusal('create_session', { port: 6881 })
  assert.is(code, 'unknown_parameter')
  assert.match(message, /^unknown parameter port: known are port_range, ports, /)
})

test.run()
