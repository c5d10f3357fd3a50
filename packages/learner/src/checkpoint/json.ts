import { plainError } from '@onecycle/platform'

/**
 * Parses JSON of unknown origin: what is nested deeper than this, or has a key twice in one object, is refused before anything is made of it.
 *
 * @throws Error that says why, to follow on 'its JSON'
 */
export function parseJson(text: string, depth: number): unknown {
  const open: (Set<string> | undefined)[] = []
  let latest = ''
  for (let i = 0; i < text.length; i++) {
    const sign = text[i]!
    if (sign === '"') {
      const begin = i
      for (i++; i < text.length && text[i] !== '"'; i++) if (text[i] === '\\') i++
      latest = text.slice(begin, i + 1)
    } else if (sign === '{' || sign === '[') {
      if (open.push(sign === '{' ? new Set() : undefined) > depth)
        throw plainError('checkpoint-damaged', `is nested deeper than ${depth}: it is damaged`)
    } else if (sign === '}' || sign === ']') open.pop()
    else if (sign === ':') addKey(open.at(-1), JSON.parse(latest || '""') as string)
  }
  return JSON.parse(text)
}

function addKey(keys: Set<string> | undefined, key: string): void {
  if (keys?.has(key)) throw plainError('checkpoint-damaged', `has ${JSON.stringify(key)} twice: it is damaged`)
  keys?.add(key)
}
