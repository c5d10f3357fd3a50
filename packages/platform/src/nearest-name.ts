import { snakeCase } from './foreign-names.js'

/**
 * The one of `known` that a misspelt name was probably meant for: the name made of its initials (`bs` for `batch_size`), or the one
 * that the fewest changed letters lead to. Undefined when more than a third of the letters would have to change.
 */
export function nearestName(name: string, known: readonly string[]): string | undefined {
  const words = snakeCase(name).split('_')
  const initials = words.map(word => word[0]).join('')
  if (words.length > 1 && known.includes(initials)) return initials
  const distances = known.map(other => distance(snakeCase(name), snakeCase(other)))
  const least = Math.min(...distances)
  const nearest = known[distances.indexOf(least)]
  return nearest !== undefined && 3 * least <= Math.max(name.length, nearest.length) ? nearest : undefined
}

/** Letters to insert, delete, replace, or swap with the next one (Damerau 1964, Levenshtein 1966). */
function distance(a: string, b: string): number {
  let before: number[] = []
  let row = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 0; i < a.length; i++) {
    const next = [i + 1]
    for (let j = 0; j < b.length; j++) {
      const swapped = i > 0 && j > 0 && a[i] === b[j - 1] && a[i - 1] === b[j] ? before[j - 1]! + 1 : Number.POSITIVE_INFINITY
      next.push(Math.min(next[j]! + 1, row[j + 1]! + 1, row[j]! + Number(a[i] !== b[j]), swapped))
    }
    before = row
    row = next
  }
  return row[b.length]!
}
