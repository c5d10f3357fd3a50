import type { Entry } from './entry.js'

/** Two runs of three words: fewer are found in many messages. */
const LEAST = 6

/**
 * The entries that a text is about: a code, what an error printed or a part of it, or lines of a log with one in it. The likeliest is first, and more
 * than one come where it could be either.
 */
export function findEntries(entries: readonly Entry[], text: string): Entry[] {
  const named = entries.filter(({ code }) => code === text.trim())
  if (named.length > 0) return named
  const codes = [...text.matchAll(/\[([a-z-]+|E[A-Z]+)\]|\bcode"?: ?['"]([a-z-]+|E[A-Z]+)['"]|\bexplain ([a-z-]+|E[A-Z]+)/g)]
  const said = codes.map(([, stack, inspected, advised]) => stack ?? inspected ?? advised)
  const told = entries.filter(({ code }) => said.includes(code))
  if (told.length > 0) return told.sort((a, b) => said.indexOf(a.code) - said.indexOf(b.code))
  const heard = new Set(runsOf(text).map(({ words }) => words))
  const scores = new Map(entries.map(entry => [entry, Math.max(0, ...entry.messages.map(message => likeness(message, heard)))]))
  const best = Math.max(0, ...scores.values())
  return best === 0 ? [] : entries.filter(entry => scores.get(entry) === best)
}

/** How much of a message is there, and how much of what there is to it; 0 where that is too little to be told from others. */
function likeness(message: string, heard: ReadonlySet<string>): number {
  const runs = message.split('…').flatMap(part => runsOf(part).filter(({ weight }, _, all) => weight === all.at(-1)!.weight))
  const weigh = (some: typeof runs) => some.reduce((sum, { weight }) => sum + weight, 0)
  const there = weigh(runs.filter(({ words }) => heard.has(words)))
  return there < LEAST ? 0 : (there * there) / weigh(runs)
}

/** Words one by one, and two and three that follow each other. */
function runsOf(text: string): { words: string; weight: number }[] {
  const words = text
    .toLowerCase()
    .split(/\s+/)
    .map(word => word.replace(/^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu, ''))
    .filter(Boolean)
  return [1, 2, 3].flatMap(length =>
    words.slice(0, words.length + 1 - length).map((_, i) => ({ words: words.slice(i, i + length).join(' '), weight: length })),
  )
}
