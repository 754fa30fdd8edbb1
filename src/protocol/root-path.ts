/** A folder below RESTTORRENT_ROOT_DIR to which a key and its sessions are confined. */
import * as z from 'zod'

const part = /^(?!\.{1,2}$)[^/\p{Cc}]{1,255}$/u
const maxDepth = 16

/** Relative with `/` between its parts, `.` or empty for RESTTORRENT_ROOT_DIR itself, which is kept as empty. */
export const rootPath = z
  .string()
  .max(1024)
  .transform((path) => (path === '.' ? '' : path.replace(/\/$/, '')))
  .refine(
    (path) =>
      path === '' || (path.split('/').length <= maxDepth && path.split('/').every((one) => part.test(one))),
    { error: 'must be a folder below the root folder' },
  )

/** Whether one of two different roots lies in the other, or might be the other on a disk that folds case. */
export function rootsMeet(one: string, other: string): boolean {
  if (one === other) return false
  const [a, b] = [folded(one), folded(other)]
  return a.startsWith(b) || b.startsWith(a)
}

function folded(root: string): string {
  return `${root.normalize('NFC').toLowerCase()}/`
}
