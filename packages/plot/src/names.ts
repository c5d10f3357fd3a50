import { cutAmid } from './render/wrap.js'

/**
 * Names of at most so many characters that can still be told apart: what all have in common at either end goes first, then what is in their
 * middle, and where even that makes two alike they are numbered.
 */
export function shortNames(names: readonly string[], most: number): string[] {
  if (names.every(name => name.length <= most)) return [...names]
  const tries = [names.map(name => cutAmid(name, most)), withoutCommon(names).map(name => cutAmid(name, most))]
  const apart = tries.find(short => new Set(short).size === new Set(names).size)
  if (apart) return apart
  return withoutCommon(names).map((name, i) => `${cutAmid(name, Math.max(3, most - String(i + 1).length - 1))} ${i + 1}`)
}

/** The names without words that all begin or all end with. */
function withoutCommon(names: readonly string[]): string[] {
  const shared = (at: (name: string, i: number) => string | undefined) => {
    const least = Math.min(...names.map(({ length }) => length))
    let count = 0
    while (count < least && names.every(name => at(name, count) === at(names[0]!, count))) count++
    return count
  }
  // Words are left whole.
  const first = names[0]!
  const begin = Math.max(...[' ', '-', '_', '/'].map(mark => first.lastIndexOf(mark, shared((name, i) => name[i]) - 1) + 1))
  const rest = names.map(name => name.slice(begin))
  const least = Math.min(...rest.map(({ length }) => length))
  const end = Math.min(
    least,
    shared((name, i) => name.at(-1 - i)),
  )
  return rest.map(name => `${begin > 1 ? '…' : ''}${name.slice(0, name.length - end)}${end > 1 ? '…' : ''}`)
}
