import type { Split } from '../random-split.js'

/** Without what is on no side of a split, which keeps its order. */
export function usedItems<Item>(items: readonly Item[], split: Split): { items: readonly Item[]; split: Split } {
  const used = new Set([...split[0], ...split[1]])
  if (used.size === items.length) return { items, split }
  const kept = [...items.keys()].filter(i => used.has(i))
  const places = new Map(kept.map((index, place) => [index, place]))
  const [train, valid] = split.map(side => side.map(index => places.get(index)!))
  return { items: kept.map(i => items[i]!), split: [train!, valid!] }
}
