/** Things kept at absolute paths, found again by every path that is equal to theirs, above or below it. */
import { sep } from 'node:path'

interface Node<Thing> {
  things: Thing[]
  inner: Map<string, Node<Thing>> | undefined
}

export class PathTree<Thing> {
  #top: Node<Thing> = { things: [], inner: undefined }

  put(path: string, thing: Thing): void {
    let node = this.#top
    for (const part of partsOf(path)) {
      node.inner ??= new Map()
      const next = node.inner.get(part) ?? { things: [], inner: undefined }
      node.inner.set(part, next)
      node = next
    }
    node.things.push(thing)
  }

  /** Takes a thing out of the place it was put; nothing is left of a place that is empty. */
  delete(path: string, thing: Thing): void {
    this.#top = without(this.#top, partsOf(path), thing) ?? { things: [], inner: undefined }
  }

  /** What lies at the path, below it, and at the folders that it lies in. */
  meeting(path: string): Thing[] {
    const found: Thing[] = []
    let node: Node<Thing> | undefined = this.#top
    for (const part of partsOf(path)) {
      found.push(...node.things)
      node = node.inner?.get(part)
      if (node === undefined) return found
    }
    collect(node, found)
    return found
  }
}

function partsOf(path: string): string[] {
  return path.split(sep).filter((part) => part !== '')
}

function without<Thing>(
  node: Node<Thing>,
  [part, ...rest]: readonly string[],
  thing: Thing,
): Node<Thing> | undefined {
  if (part === undefined) node.things = node.things.filter((other) => other !== thing)
  else {
    const next = node.inner?.get(part)
    if (next !== undefined && without(next, rest, thing) === undefined) node.inner?.delete(part)
    if (node.inner?.size === 0) node.inner = undefined
  }
  return node.things.length === 0 && node.inner === undefined ? undefined : node
}

function collect<Thing>(node: Node<Thing>, into: Thing[]): void {
  into.push(...node.things)
  for (const next of node.inner?.values() ?? []) collect(next, into)
}
