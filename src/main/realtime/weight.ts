/** How much a decoded message weighs, without encoding it again. */

const scalarWeight = 4

/** Whether a value is about more than `limit` bytes of JSON or binary; looks no further than the limit. */
export function weighsOver(value: unknown, limit: number): boolean {
  const waiting: unknown[] = [value]
  let weight = 0
  while (waiting.length > 0 && weight <= limit) {
    const next = waiting.pop()
    if (typeof next === 'string') weight += next.length
    else if (ArrayBuffer.isView(next)) weight += next.byteLength
    else if (typeof next === 'object' && next !== null) weight += open(next, waiting, limit)
    else weight += scalarWeight
  }
  return weight > limit
}

/** Puts what is inside on the pile and tells the weight of the frame; a huge one is not opened. */
function open(container: object, waiting: unknown[], limit: number): number {
  if (Array.isArray(container)) {
    if (container.length <= limit) for (const item of container) waiting.push(item)
    return 2 + container.length
  }
  let weight = 2
  for (const [key, item] of Object.entries(container)) {
    weight += key.length + 2
    waiting.push(item)
  }
  return weight
}
