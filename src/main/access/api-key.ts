/** The form of API keys: how one is made, named and hashed. */
import { hash, randomBytes } from 'node:crypto'
import { keyPattern } from '../../protocol/access.ts'

const prefixLength = 15

/** A new key of 256 random bits. */
export function newKey(): string {
  return `rt_${randomBytes(32).toString('hex')}`
}

/** The beginning by which a key is listed and named. */
export function prefixOf(key: string): string {
  return key.slice(0, prefixLength)
}

/** SHA-256 of a key, in hex. */
export function hashOf(key: string): string {
  return hash('sha256', key)
}

/** Whether it has the form of a key. */
export function isKey(text: string): boolean {
  return keyPattern.test(text)
}
