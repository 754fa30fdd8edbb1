import { RestTorrentError } from './errors.ts'
import { foldName, numberedName, safeName, type NamePart } from './file-names.ts'

// It sorts before every character of a name, so that a path comes right before those that it is a folder of.
const separator = '\0'

/** Throws `invalid_metainfo` where two paths are the same or one is a folder of another. */
export function refuseClashes(paths: readonly (readonly NamePart[])[]): void {
  const keys = paths.map((path) => path.map(({ identity }) => identity).join(separator)).sort()
  keys.forEach((key, index) => {
    const next = keys[index + 1]
    if (next === key) throw refusal('two files have the same path')
    if (next?.startsWith(key + separator) === true) throw refusal('a file is the folder of another file')
  })
}

/**
 * The safe path of each path, parts joined by `/`. Where two would meet, after NFC and case folding, the
 * later one takes its place in the list into its name; a folder always keeps its name, and so does a
 * file that nothing else claims. The same paths always give the same answer.
 */
export function safePaths(paths: readonly (readonly string[])[]): string[] {
  const safe = paths.map((path) => path.map(safeName))
  const keys = safe.map(keyOf)
  const claims = new PathClaims(keys)
  const isFirst = keys.map((key) => claims.take(key))
  return safe.map((path, index) => (isFirst[index] === true ? path : renamed(path, index, claims)).join('/'))
}

function renamed(path: readonly string[], index: number, claims: PathClaims): string[] {
  const name = path.at(-1) ?? ''
  for (let attempt = 1; ; attempt++) {
    const numbered = numberedName(name, attempt === 1 ? `${index}` : `${index}.${attempt}`)
    const candidate = [...path.slice(0, -1), numbered]
    if (claims.take(keyOf(candidate))) return candidate
  }
}

function keyOf(path: readonly string[]): string {
  return path.map(foldName).join(separator)
}

/** Which paths are taken, by files one after the other and by the folders of all of them beforehand. */
class PathClaims {
  private readonly files = new Set<string>()
  private readonly sorted: readonly string[]

  constructor(keys: readonly string[]) {
    this.sorted = keys.toSorted()
  }

  /** Whether a file could take the path, which it then has. */
  take(key: string): boolean {
    if (this.files.has(key) || this.isFolder(key)) return false
    this.files.add(key)
    return true
  }

  private isFolder(key: string): boolean {
    const beginning = key + separator
    let low = 0
    let high = this.sorted.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.sorted[middle] ?? '') < beginning) low = middle + 1
      else high = middle
    }
    return this.sorted[low]?.startsWith(beginning) === true
  }
}

function refusal(reason: string): RestTorrentError {
  return new RestTorrentError('invalid_metainfo', reason)
}
