import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import * as assert from 'uvu/assert'
import { parseSettings } from '../../src/main/parse-settings.ts'
import { flagOf, settingNames, type Settings } from '../../src/main/settings.ts'
import { suite } from '../support/suite.ts'

const parsing = suite('src/main/parse-settings')

function settingsOf(args: string[], env: NodeJS.ProcessEnv = {}): Settings {
  const parsed = parseSettings(args, env)
  if (parsed.kind !== 'settings') throw new Error(parsed.text)
  return parsed.settings
}

function refusalOf(args: string[], env: NodeJS.ProcessEnv = {}): string {
  const parsed = parseSettings(args, env)
  if (parsed.kind !== 'refused') throw new Error(`${parsed.kind} and not refused`)
  return parsed.text
}

parsing('without anything every setting has its default', () => {
  const settings = settingsOf([])
  assert.is(settings.RESTTORRENT_HOST, '127.0.0.1')
  assert.is(settings.RESTTORRENT_PORT, 3000)
  assert.is(settings.RESTTORRENT_DATA_DIR, resolve('data'))
  assert.is(settings.RESTTORRENT_MEMORY_ONLY, true)
  assert.equal(settings.RESTTORRENT_ALLOWED_HOSTS, [])
})

parsing('a variable sets, and a flag goes before it', () => {
  const env = { RESTTORRENT_PORT: '4000', RESTTORRENT_MEMORY_ONLY: '0' }
  assert.is(settingsOf([], env).RESTTORRENT_PORT, 4000)
  assert.is(settingsOf(['--port', '5000'], env).RESTTORRENT_PORT, 5000)
  assert.is(settingsOf(['--port=5000'], env).RESTTORRENT_MEMORY_ONLY, false)
})

parsing('port 0 picks a free one', () => {
  assert.is(settingsOf(['--port', '0']).RESTTORRENT_PORT, 0)
})

parsing('names of hosts are a list without case and blanks', () => {
  const { RESTTORRENT_ALLOWED_HOSTS: names } = settingsOf([], { RESTTORRENT_ALLOWED_HOSTS: 'A.example, ,b' })
  assert.equal(names, ['a.example', 'b'])
})

for (const host of ['127.0.0.1', '127.1.2.3', '::1', 'localhost']) {
  parsing(`without keys the loopback host ${host} is taken`, () => {
    assert.is(settingsOf(['--no-auth', '--host', host]).RESTTORRENT_HOST, host)
  })
}

for (const host of [
  '0.0.0.0',
  '::',
  '',
  '192.168.1.4',
  '127.0.0.1.example',
  '127.0.0.999',
  'localhost.example',
]) {
  parsing(`without keys the host "${host}" is refused: it is not loopback`, () => {
    assert.match(refusalOf(['--no-auth', '--host', host]), /RESTTORRENT_HOST.* must be /)
  })
}

parsing('with keys any address is taken, and no name but localhost', () => {
  for (const host of ['0.0.0.0', '::', '192.168.1.4'])
    assert.is(settingsOf(['--host', host]).RESTTORRENT_HOST, host)
  assert.match(refusalOf(['--host', 'torrents.example']), 'must be an IP address or localhost')
})

parsing('no key is required only where that is said in full, and no key is set beside it', () => {
  assert.is(settingsOf([]).RESTTORRENT_NO_AUTH, false)
  assert.is(settingsOf(['--no-auth']).RESTTORRENT_NO_AUTH, true)
  assert.is(settingsOf([], { RESTTORRENT_NO_AUTH: '1' }).RESTTORRENT_NO_AUTH, true)
  for (const args of [['--no-aut'], ['--no-auth=1']]) assert.match(refusalOf(args), /usage: resttorrent/)
  const RESTTORRENT_ADMIN_KEY = `rt_${'0'.repeat(64)}`
  assert.match(refusalOf(['--no-auth'], { RESTTORRENT_ADMIN_KEY }), 'RESTTORRENT_ADMIN_KEY is given')
})

parsing('all wrong settings are named in one list, and not the values of the others', () => {
  const env = { RESTTORRENT_PORT: '70000', RESTTORRENT_LOG_LEVEL: 'loud', RESTTORRENT_ADMIN_KEY: 'a secret' }
  const lines = refusalOf(['--listen-host', 'nowhere', '--allow-private', '10.0.0.0/99'], env).split('\n')
  assert.is(lines[0], 'wrong settings:')
  const named = lines.slice(1).map((line) => /\((--[\w-]+)\)/.exec(line)?.[1])
  assert.equal(named, ['--port', '--listen-host', '--allow-private', '--log-level', '--admin-key'])
  assert.match(lines.at(-1) ?? '', 'must be rt_ and 64 lower-case hex digits')
  assert.not.match(lines.join('\n'), 'a secret')
})

for (const args of [['--unknown'], ['--port'], ['argument'], ['--help=1']]) {
  parsing(`${args.join(' ')} is refused with the usage`, () => {
    assert.match(refusalOf(args), /usage: resttorrent/)
  })
}

parsing('--help and -h show every flag and variable', () => {
  for (const flag of ['--help', '-h']) {
    const parsed = parseSettings([flag, '--port', 'wrong'], {})
    if (parsed.kind !== 'help') throw new Error(parsed.kind)
    for (const name of settingNames) {
      assert.match(parsed.text, name)
      assert.match(parsed.text, flagOf(name))
    }
  }
})

parsing('--version tells the version alone, which is that of the package', () => {
  const parsed = parseSettings(['--version', '--port', 'wrong'], {})
  const { version } = JSON.parse(readFileSync(join(import.meta.dirname, '../../package.json'), 'utf8')) as {
    version: string
  }
  assert.equal(parsed, { kind: 'help', text: version })
})

parsing.run()
