/** Puts the items in another order, any of them as likely: it is not always the same peer that chooses first. */
export function shuffle<Item>(items: Item[]): Item[] {
  for (let last = items.length - 1; last > 0; last -= 1) {
    const other = Math.floor(Math.random() * (last + 1))
    const [one, two] = [items[last], items[other]]
    if (one !== undefined && two !== undefined) {
      items[last] = two
      items[other] = one
    }
  }
  return items
}
