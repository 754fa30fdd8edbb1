import { maxFiles } from './metainfo-files.ts'

const indexOrRange = /^(\d{1,15})(?:-(\d{1,15}))?$/

/**
 * The file indexes that texts such as `0,2,4-8` say (BEP 53), ascending; undefined when they say none. A
 * part of another form is ignored, and so is an index that no torrent can have.
 */
export function readFileSelection(texts: readonly string[]): number[] | undefined {
  if (texts.length === 0) return undefined
  const wanted = new Uint8Array(maxFiles)
  for (const part of texts.join(',').split(',')) {
    const [, first, last] = indexOrRange.exec(part) ?? []
    if (first !== undefined) wanted.fill(1, Number(first), Number(last ?? first) + 1)
  }
  const indexes: number[] = []
  for (let index = wanted.indexOf(1); index !== -1; index = wanted.indexOf(1, index + 1)) indexes.push(index)
  return indexes.length === 0 ? undefined : indexes
}
