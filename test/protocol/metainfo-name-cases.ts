/** Cases about names: what is refused, what a safe name is, what happens where names meet. */
import {
  entry,
  folder,
  holds,
  latin,
  lone,
  named,
  pathsOf,
  refused,
  safePathsOf,
  type MetainfoCase,
} from './metainfo-case.ts'

const part = (title: string, bytes: string | Uint8Array): MetainfoCase[] => [
  refused(`a name ${title}`, 'invalid_metainfo', lone({ name: bytes })),
  refused(`the name of a folder ${title}`, 'invalid_metainfo', folder([entry(['a'])], { name: bytes })),
  refused(`a path with a part ${title}`, 'invalid_metainfo', named(['a', bytes])),
]

const refusedCases: MetainfoCase[] = [
  ...part('that is empty', ''),
  ...part('that is one dot', '.'),
  ...part('that is two dots', '..'),
  ...part('with NUL', 'a\0b'),
  ...part('that is a slash', '/'),
  ...part('that is absolute', '/etc/passwd'),
  ...part('of 256 bytes', 'x'.repeat(256)),
  ...part('of 256 bytes in few characters', '€'.repeat(85) + 'x'),
  refused('no name', 'invalid_metainfo', lone({ name: undefined })),
  refused('a name that is a number', 'invalid_metainfo', lone({ name: 1 })),
  refused('a name that is a list', 'invalid_metainfo', lone({ name: ['a'] })),
  refused('no path', 'invalid_metainfo', folder([{ length: 20_000 }])),
  refused('an empty path', 'invalid_metainfo', named([])),
  refused('a path that is text', 'invalid_metainfo', folder([entry('a')])),
  refused('a path with a number', 'invalid_metainfo', named(['a', 1])),
  refused('a path with a list', 'invalid_metainfo', named(['a', ['b']])),
  refused('a path 33 deep', 'invalid_metainfo', named(Array<string>(33).fill('a'))),
  refused('an empty folder in a path', 'invalid_metainfo', named(['', 'a'])),
  refused('two dots as a folder', 'invalid_metainfo', named(['..', '..', 'a'])),
  refused('two files of the same path', 'invalid_metainfo', named(['a', 'b'], ['c'], ['a', 'b'])),
  refused(
    'two files of the same unreadable path',
    'invalid_metainfo',
    named([latin('\xe9')], [latin('\xe9')]),
  ),
  refused('a file that is a folder later', 'invalid_metainfo', named(['a'], ['a', 'b'])),
  refused('a file that was a folder before', 'invalid_metainfo', named(['a', 'b', 'c'], ['a', 'b'])),
  refused('a folder hidden by files between', 'invalid_metainfo', named(['a', 'z'], ['a b'], ['a-'], ['a'])),
]

const mapped = (title: string, name: string | Uint8Array, safe: string): MetainfoCase[] => [
  holds(`${title} as a file`, lone({ name }), safePathsOf, [safe]),
  holds(`${title} as a folder`, folder([entry([name, 'b'])], { name }), safePathsOf, [`${safe}/${safe}/b`]),
]

const mappedCases: MetainfoCase[] = [
  ...mapped('what Linux takes stays', 'a<b>c:d"e|f?g*h', 'a<b>c:d"e|f?g*h'),
  ...mapped('a name in any script stays', '日本語 – ünï 🎵.flac', '日本語 – ünï 🎵.flac'),
  ...mapped('a decomposed letter stays as it is', 'e\u0301', 'e\u0301'),
  ...mapped('leading dots and spaces stay', ' .hidden', ' .hidden'),
  ...mapped('three dots', '...', '___'),
  ...mapped('trailing dots', 'end..', 'end__'),
  ...mapped('a trailing space', 'end ', 'end_'),
  ...mapped('a space alone', ' ', '_'),
  ...mapped('dots and a space', '.. ', '___'),
  ...mapped('a slash inside', 'a/../b', 'a_.._b'),
  ...mapped('backslashes', '..\\..\\a', '.._.._a'),
  ...mapped('a drive', 'C:\\a', 'C:_a'),
  ...mapped('a line break', 'a\r\nb', 'a__b'),
  ...mapped('an escape sequence', 'a\x1b[31mb', 'a_[31mb'),
  ...mapped('a delete and a C1 control', 'a\x7fb\x85c', 'a_b_c'),
  ...mapped('an override of the direction', 'a\u202egpj.exe', 'a_gpj.exe'),
  ...mapped('marks and isolates of direction', 'a\u200e\u2066\u2069b', 'a___b'),
  ...mapped('a reserved name', 'CON', '_CON'),
  ...mapped('a reserved name with an extension', 'nul.tar.gz', '_nul.tar.gz'),
  ...mapped('a numbered device', 'Com1.txt', '_Com1.txt'),
  ...mapped('a device with a small figure', 'LPT²', '_LPT²'),
  ...mapped('a reserved name with a space', 'aux .txt', '_aux .txt'),
  ...mapped('a longer word than a device', 'console.log', 'console.log'),
  ...mapped('what is not UTF-8', latin('caf\xe9.txt'), 'caf\ufffd.txt'),
  ...mapped('a byte order mark stays', '\ufeffa', '\ufeffa'),
  ...mapped('a name of 255 bytes stays', 'x'.repeat(255), 'x'.repeat(255)),
]

const lengthCases: MetainfoCase[] = [
  holds(
    'a name that grows is cut before its extension',
    lone({ name: latin(`${'\xe9'.repeat(251)}.mkv`) }),
    safePathsOf,
    [`${'\ufffd'.repeat(83)}.mkv`],
  ),
  holds(
    'a name that grows without an extension is cut',
    lone({ name: latin('\xe9'.repeat(255)) }),
    safePathsOf,
    ['\ufffd'.repeat(85)],
  ),
  holds(
    'a path 32 deep is taken',
    named(Array<string>(32).fill('a')),
    ({ info }) => info.files[0]?.path.length,
    32,
  ),
]

const preferredCases: MetainfoCase[] = [
  holds('name.utf-8 is preferred', lone({ 'name.utf-8': 'né', name: latin('n\xe9') }), safePathsOf, ['né']),
  holds('a name.utf-8 that is not UTF-8 is not', lone({ 'name.utf-8': latin('\xe9') }), pathsOf, ['sample']),
  holds('a name.utf-8 that is a number is not', lone({ 'name.utf-8': 1 }), pathsOf, ['sample']),
  refused('a name.utf-8 with two dots', 'invalid_metainfo', lone({ 'name.utf-8': '..' })),
  holds('path.utf-8 is preferred', folder([entry([latin('\xe9')], { 'path.utf-8': ['é'] })]), pathsOf, ['é']),
  holds(
    'a path.utf-8 that is not UTF-8 is not',
    folder([entry(['a'], { 'path.utf-8': ['b', latin('\xe9')] })]),
    pathsOf,
    ['a'],
  ),
  refused('a path.utf-8 with two dots', 'invalid_metainfo', folder([entry(['a'], { 'path.utf-8': ['..'] })])),
]

const meetingCases: MetainfoCase[] = [
  holds('names that differ by case get names of their own', named(['Read.me'], ['read.ME']), safePathsOf, [
    'sample/Read.me',
    'sample/read (1).ME',
  ]),
  holds('names that differ by composition do too', named(['\u00e9'], ['e\u0301']), safePathsOf, [
    'sample/\u00e9',
    'sample/e\u0301 (1)',
  ]),
  holds('and names that differ by a sharp s', named(['straße'], ['STRASSE']), safePathsOf, [
    'sample/straße',
    'sample/STRASSE (1)',
  ]),
  holds('and names that meet after mapping', named(['a_b'], ['a\\b'], ['a/b']), safePathsOf, [
    'sample/a_b',
    'sample/a_b (1)',
    'sample/a_b (2)',
  ]),
  holds('and unreadable names that look the same', named([latin('\xe9')], [latin('\xe8')]), safePathsOf, [
    'sample/\ufffd',
    'sample/\ufffd (1)',
  ]),
  holds('folders that differ by case stay as they are', named(['A', 'x'], ['a', 'y']), safePathsOf, [
    'sample/A/x',
    'sample/a/y',
  ]),
  holds('files in folders that differ by case do not meet', named(['A', 'x'], ['a', 'X']), safePathsOf, [
    'sample/A/x',
    'sample/a/X (1)',
  ]),
  holds('a file gives way to a folder of its name', named(['A'], ['a', 'y']), safePathsOf, [
    'sample/A (0)',
    'sample/a/y',
  ]),
  holds('a given name gives way to one that is there', named(['a'], ['A'], ['a (1)']), safePathsOf, [
    'sample/a',
    'sample/A (1.2)',
    'sample/a (1)',
  ]),
  holds('a given name gives way to a folder', named(['a'], ['A'], ['a (1)', 'x']), safePathsOf, [
    'sample/a',
    'sample/A (1.2)',
    'sample/a (1)/x',
  ]),
  holds(
    'a long name is cut for its number',
    named([`${'x'.repeat(251)}.mkv`], [`${'X'.repeat(251)}.mkv`]),
    (metainfo) => safePathsOf(metainfo)[1],
    `sample/${'X'.repeat(247)} (1).mkv`,
  ),
  holds('the original stays for display', named(['a\u202eb', 'con']), pathsOf, ['a\u202eb/con']),
  holds('the original name stays for display', lone({ name: 'con' }), ({ info }) => info.name, 'con'),
]

export const nameCases = [refusedCases, mappedCases, lengthCases, preferredCases, meetingCases].flat()
