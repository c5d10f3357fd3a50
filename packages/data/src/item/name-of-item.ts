/** How messages call an item: by its path or name where it has one, else by its number. */
export function nameOfItem(item: unknown, index: number): string {
  if (typeof item === 'string' && item.length <= 300 && !item.includes('\n')) return item
  if (item instanceof URL) return item.href
  if (typeof item === 'object' && item !== null) {
    if ('x' in item) return nameOfItem(item.x, index)
    if ('name' in item && typeof item.name === 'string') return item.name
  }
  return `item ${index}`
}
