/** Cases about the shape of a .torrent: bencode, pieces, lengths, lists of files, versions. */
import {
  entry,
  folder,
  hashes,
  holds,
  latin,
  lone,
  named,
  pathsOf,
  refused,
  safePathsOf,
  type MetainfoCase,
} from './metainfo-case.ts'

const mebi = 1024 * 1024
const largest = Number.MAX_SAFE_INTEGER

const bencodeCases: MetainfoCase[] = [
  refused('nothing at all', 'invalid_bencode', latin('')),
  refused('a web page', 'invalid_bencode', latin('<!doctype html><title>login</title>')),
  refused('a list at the top', 'invalid_bencode', latin('le')),
  refused('an integer at the top', 'invalid_bencode', latin('i1e')),
  refused('a dictionary cut off', 'invalid_bencode', lone().subarray(0, -1)),
  refused('a byte after the end', 'invalid_bencode', Buffer.concat([lone(), latin('e')])),
  refused('a line break after the end', 'invalid_bencode', Buffer.concat([lone(), latin('\n')])),
  refused('a negative string length', 'invalid_bencode', latin('d4:info-1:xe')),
  refused('a string length with a sign', 'invalid_bencode', latin('d4:info+1:xe')),
  refused('a string length with a leading zero', 'invalid_bencode', latin('d4:info01:xe')),
  refused('a string length with a space', 'invalid_bencode', latin('d4:info 1:xe')),
  refused('a string length with an exponent', 'invalid_bencode', latin('d4:info1e1:xe')),
  refused('a string length in hex', 'invalid_bencode', latin('d4:info0x1:xe')),
  refused('a string longer than the rest', 'invalid_bencode', latin('d4:info99:xe')),
  refused('a string of 2^64 bytes', 'invalid_bencode', latin('d4:info18446744073709551616:xe')),
  refused('a key that is an integer', 'invalid_bencode', latin('di1e4:infoe')),
  refused('a key without a value', 'invalid_bencode', latin('d4:infoe')),
  refused('a key twice', 'invalid_bencode', latin('d4:infode4:infodee')),
  refused('an integer with a leading zero', 'invalid_bencode', latin('d4:infod6:lengthi01eee')),
  refused('negative zero', 'invalid_bencode', latin('d4:infod6:lengthi-0eee')),
  refused('an integer without digits', 'invalid_bencode', latin('d4:infod6:lengthieee')),
  refused('an integer with a fraction', 'invalid_bencode', latin('d4:infod6:lengthi1.5eee')),
  refused('an integer past 2^53', 'invalid_bencode', latin('d4:infod6:lengthi9007199254740992eee')),
  refused('lists 33 deep', 'invalid_bencode', latin(`d4:info${'l'.repeat(32)}${'e'.repeat(33)}`)),
  refused('ten million open lists', 'invalid_bencode', Buffer.alloc(10_000_000, 'l')),
  refused('over a million values', 'invalid_bencode', latin(`d4:infol${'i0e'.repeat(1_000_000)}ee`)),
  refused('more than 10 MiB', 'invalid_metainfo', lone({ pad: new Uint8Array(10 * mebi) })),
]

const infoCases: MetainfoCase[] = [
  refused('no info', 'invalid_metainfo', latin('d8:announce8:http://xe')),
  refused('an info that is a string', 'invalid_metainfo', latin('d4:info2:dee')),
  refused('an info that is a list', 'invalid_metainfo', latin('d4:infolee')),
  refused('an empty info', 'invalid_metainfo', latin('d4:infodee')),
  refused('no pieces', 'invalid_metainfo', lone({ pieces: undefined })),
  refused('pieces that are a list', 'invalid_metainfo', lone({ pieces: [] })),
  refused(
    'pieces that are no multiple of 20 bytes',
    'invalid_metainfo',
    lone({ pieces: new Uint8Array(39) }),
  ),
  refused('a piece too few', 'invalid_metainfo', lone({ pieces: hashes(1) })),
  refused('a piece too many', 'invalid_metainfo', lone({ pieces: hashes(3) })),
  refused('no piece at all', 'invalid_metainfo', lone({ pieces: hashes(0) })),
  refused(
    'a piece over 262,144',
    'invalid_metainfo',
    lone({ pieces: hashes(262_145), length: 262_145 * 1024, 'piece length': 1024 }),
  ),
  holds(
    '262,144 pieces are taken',
    lone({ pieces: hashes(262_144), length: 262_144 * 1024, 'piece length': 1024 }),
    ({ info }) => info.pieceCount,
    262_144,
  ),
  holds('an exact multiple needs no short piece', lone({ length: 32_768 }), ({ info }) => info.pieceCount, 2),
  holds('a version 1 torrent is taken', lone(), ({ info }) => [info.name, info.length, info.pieceCount], [
    'sample',
    20_000,
    2,
  ]),
  holds('a torrent is not private by itself', lone(), ({ info }) => info.private, false),
  holds('private 1 is private', lone({ private: 1 }), ({ info }) => info.private, true),
  holds('private 0 is not private', lone({ private: 0 }), ({ info }) => info.private, false),
  holds('any other number is private', lone({ private: 2 }), ({ info }) => info.private, true),
  holds('a text is not private', lone({ private: '1' }), ({ info }) => info.private, false),
  refused('a version 2 torrent', 'unsupported_v2_only', lone({ 'meta version': 2, pieces: undefined })),
  refused(
    'a root hash without pieces',
    'invalid_metainfo',
    lone({ 'root hash': hashes(1), pieces: undefined }),
  ),
  holds(
    'a hybrid is served as version 1',
    lone({ 'meta version': 2, 'file tree': { sample: { '': { length: 20_000 } } } }),
    ({ info }) => info.pieceCount,
    2,
  ),
  holds('keys that nobody knows are ignored', lone({ source: 'x', __proto__x: 1 }), pathsOf, ['sample']),
  holds('the key __proto__ goes nowhere', lone({ ['__proto__']: { length: 1 } }), pathsOf, ['sample']),
  holds('the key constructor goes nowhere', lone({ constructor: 'x' }), ({ info }) => info.length, 20_000),
]

const pieceLengthCases: MetainfoCase[] = [
  refused('no piece length', 'invalid_metainfo', lone({ 'piece length': undefined })),
  refused('a piece length that is text', 'invalid_metainfo', lone({ 'piece length': '16384' })),
  refused('a piece length of 0', 'invalid_metainfo', lone({ 'piece length': 0 })),
  refused('a negative piece length', 'invalid_metainfo', lone({ 'piece length': -16_384 })),
  refused('a piece length of 512', 'invalid_metainfo', lone({ 'piece length': 512, pieces: hashes(40) })),
  refused('a piece length of 3,072', 'invalid_metainfo', lone({ 'piece length': 3072, pieces: hashes(7) })),
  refused('a piece length of 16,385', 'invalid_metainfo', lone({ 'piece length': 16_385 })),
  refused(
    'a piece length of 20,000',
    'invalid_metainfo',
    lone({ 'piece length': 20_000, pieces: hashes(1) }),
  ),
  refused(
    'a piece length over 64 MiB',
    'invalid_metainfo',
    lone({ 'piece length': 64 * mebi + 16_384, pieces: hashes(1) }),
  ),
  refused('a piece length of 2^52', 'invalid_metainfo', lone({ 'piece length': 2 ** 52, pieces: hashes(1) })),
  holds(
    'a piece length of 64 MiB is taken',
    lone({ 'piece length': 64 * mebi, pieces: hashes(1) }),
    ({ info }) => info.pieceLength,
    64 * mebi,
  ),
  holds(
    'a piece length of 1 KiB is taken',
    lone({ 'piece length': 1024, pieces: hashes(20) }),
    ({ info }) => info.pieceCount,
    20,
  ),
  holds(
    'a piece length of 48 KiB is taken',
    lone({ 'piece length': 49_152, pieces: hashes(1) }),
    ({ info }) => info.pieceLength,
    49_152,
  ),
]

const lengthCases: MetainfoCase[] = [
  refused('neither length nor files', 'invalid_metainfo', lone({ length: undefined })),
  refused('both length and files', 'invalid_metainfo', lone({ files: [entry(['a'])] })),
  refused('a length that is text', 'invalid_metainfo', lone({ length: '20000' })),
  refused('a negative length', 'invalid_metainfo', lone({ length: -1 })),
  refused('a length of 0', 'invalid_metainfo', lone({ length: 0, pieces: hashes(0) })),
  refused('a length far past the pieces', 'invalid_metainfo', lone({ length: largest })),
  refused('files that are a dictionary', 'invalid_metainfo', folder({})),
  refused('files that are empty', 'invalid_metainfo', folder([])),
  refused('a file that is a string', 'invalid_metainfo', folder(['a'])),
  refused('a file without a length', 'invalid_metainfo', folder([entry(['a'], { length: undefined })])),
  refused('a file of negative length', 'invalid_metainfo', folder([entry(['a'], { length: -20_000 })])),
  refused(
    'a negative length that the sum hides',
    'invalid_metainfo',
    folder([entry(['a'], { length: 20_001 }), entry(['b'], { length: -1 })]),
  ),
  refused(
    'a sum past 2^53',
    'invalid_metainfo',
    folder([entry(['a'], { length: largest }), entry(['b'], { length: largest })]),
  ),
  refused(
    'only empty files',
    'invalid_metainfo',
    folder([entry(['a'], { length: 0 })], { pieces: hashes(0) }),
  ),
  refused(
    'over 20,000 files',
    'invalid_metainfo',
    folder(Array.from({ length: 20_001 }, (_, index) => entry([`${index}`], { length: 1 }))),
  ),
  holds(
    '20,000 files are taken',
    folder(Array.from({ length: 20_000 }, (_, index) => entry([`${index}`], { length: 1 }))),
    ({ info }) => info.files.length,
    20_000,
  ),
  holds(
    'an empty file has a place and no bytes',
    folder([entry(['a'], { length: 0 }), entry(['b'])]),
    ({ info }) => info.files.map(({ length, offset }) => [length, offset]),
    [
      [0, 0],
      [20_000, 0],
    ],
  ),
  holds(
    'files follow one another',
    named(['a'], ['b'], ['c']),
    ({ info }) => info.files.map(({ index, offset }) => [index, offset]),
    [
      [0, 0],
      [1, 19_998],
      [2, 19_999],
    ],
  ),
]

const attributeCases: MetainfoCase[] = [
  holds(
    'padding needs no path and has none',
    folder([entry(undefined as never, { attr: 'p', length: 10_000 }), entry(['a'], { length: 10_000 })]),
    ({ info }) => info.files.map(({ padding, safePath, offset }) => [padding, safePath, offset]),
    [
      [true, '', 0],
      [false, 'sample/a', 10_000],
    ],
  ),
  holds(
    'padding of the same path may come often',
    folder([
      entry(['.pad', '1'], { attr: 'p', length: 1 }),
      entry(['.pad', '1'], { attr: 'p', length: 1 }),
      entry(['a'], { length: 19_998 }),
    ]),
    safePathsOf,
    ['', '', 'sample/a'],
  ),
  holds(
    'the path of padding is never used',
    folder([entry(['..', '\0'], { attr: 'xp', length: 1 }), entry(['a'], { length: 19_999 })]),
    pathsOf,
    ['', 'a'],
  ),
  refused(
    'padding without a length',
    'invalid_metainfo',
    folder([entry(['a']), { attr: 'p', path: ['.pad', '1'] }]),
  ),
  holds(
    'a link has no bytes, whatever it says',
    folder([entry(['a']), entry(['b'], { attr: 'l', length: 99, 'symlink path': ['..', 'etc'] })]),
    ({ info }) => [info.length, info.files.map(({ symlink, length }) => [symlink, length])],
    [
      20_000,
      [
        [false, 20_000],
        [true, 0],
      ],
    ],
  ),
  holds(
    'a link needs no length',
    folder([entry(['a']), { path: ['b'], attr: 'l' }]),
    ({ info }) => info.files[1]?.symlink,
    true,
  ),
  refused('a link with a bad path', 'invalid_metainfo', folder([entry(['a']), { path: ['..'], attr: 'l' }])),
  refused(
    'a link that is the folder of a file',
    'invalid_metainfo',
    folder([{ path: ['a'], attr: 'l' }, entry(['a', 'b'])]),
  ),
  holds(
    'other attributes change nothing',
    folder([entry(['a'], { attr: 'xh' })]),
    ({ info }) => [info.files[0]?.padding, info.files[0]?.symlink],
    [false, false],
  ),
  holds('an attribute that is no text is ignored', folder([entry(['a'], { attr: 1 })]), safePathsOf, [
    'sample/a',
  ]),
]

export const formCases = [bencodeCases, infoCases, pieceLengthCases, lengthCases, attributeCases].flat()
