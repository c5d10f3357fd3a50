import { mark } from './marks.js'

const entities: Readonly<Record<string, string>> = {
  ...{ '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&#39;': "'", '&nbsp;': ' ' },
}

/** Before a text is divided: what HTML left in it, and runs of one character, which become its number. */
export function beforeWords(text: string): string {
  return text
    .replace(/<br\s*\/?>/gi, '\n')
    .replace(/&(?:amp|lt|gt|quot|apos|#39|nbsp);/g, entity => entities[entity]!)
    .replace(/(\S)\1{2,}/gu, (run, character: string) => ` ${mark.repeated} ${run.length / character.length} ${character} `)
}

/** After it: words in small letters behind marks that say how they were written, and words that follow themselves as their number. */
export function afterWords(words: readonly string[]): string[] {
  const tokens: string[] = []
  for (let i = 0; i < words.length; ) {
    const word = words[i]!
    let count = 1
    if (isWord(word)) while (words[i + count] === word) count++
    if (count > 2) tokens.push(mark.repeatedWord, String(count), ...inSmallLetters(word))
    else for (let j = 0; j < count; j++) tokens.push(...inSmallLetters(word))
    i += count
  }
  return tokens
}

const isWord = (word: string) => /^[\p{L}\p{N}]/u.test(word)

function inSmallLetters(word: string): string[] {
  const small = word.toLowerCase()
  if (small === word || word.length === 1) return [small]
  if (word.toUpperCase() === word) return [mark.upper, small]
  const [first, rest] = [word[0]!, word.slice(1)]
  return first !== first.toLowerCase() && rest === rest.toLowerCase() ? [mark.capital, small] : [small]
}

/** A text of such tokens, as it would be written: those that are marks do what they say. */
export function writtenOf(tokens: readonly string[]): string {
  let text = ''
  let open = true
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i]!
    if (token === mark.begin || token === mark.pad || token === mark.field) continue
    let word = token
    if (token === mark.repeated || token === mark.repeatedWord) {
      const [count, what] = [Number(tokens[i + 1]), tokens[i + 2]]
      if (!(count > 0 && count < 1000) || what === undefined) continue
      i += 2
      word = token === mark.repeated ? what.repeat(count) : Array(count).fill(what).join(' ')
    } else if (token === mark.upper || token === mark.capital) {
      const next = tokens[++i]
      if (next === undefined) break
      word = token === mark.upper ? next.toUpperCase() : next[0]!.toUpperCase() + next.slice(1)
    }
    const joined = open || /^(?:[\n.,!?;:)\]}%…]|['’]\p{L}{1,2}$)/u.test(word)
    text += joined ? word : ` ${word}`
    open = /[\n([{$#@/]$/.test(word)
  }
  return text
}
