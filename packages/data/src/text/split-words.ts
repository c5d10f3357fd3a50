/** Scripts that put no spaces between words. */
const unspaced = '\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}'
const letter = `(?![${unspaced}])[\\p{L}\\p{N}\\p{M}_]`

/**
 * What a text is made of: numbers with their points, the ends of words after an apostrophe, words, words of scripts without spaces, the ends of
 * lines, and all other characters by themselves.
 */
const pieces = new RegExp(
  `\\p{N}+(?:[.,]\\p{N}+)+(?!${letter})|(?<=\\p{L})['’]\\p{L}{1,2}(?!${letter})|(?:${letter})+|[${unspaced}]+|\\n|\\S`,
  'gu',
)
const isUnspaced = new RegExp(`^[${unspaced}]`, 'u')

let segmenter: Intl.Segmenter | undefined

/**
 * Words, numbers and signs of a text, and the ends of its lines, in order. Scripts that have no spaces are divided by the dictionaries of
 * the runtime (`Intl.Segmenter`), which is far slower and so left to them.
 */
export function splitWords(text: string): string[] {
  const found = text.match(pieces) ?? []
  if (!found.some(piece => isUnspaced.test(piece))) return found
  return found.flatMap(piece => (isUnspaced.test(piece) ? segments(piece) : piece))
}

/** Long runs take time by the square of their length: they are cut. */
const longestRun = 200

function segments(run: string): string[] {
  segmenter ??= new Intl.Segmenter('ja', { granularity: 'word' })
  const words: string[] = []
  for (let at = 0; at < run.length; at += longestRun)
    for (const { segment } of segmenter.segment(run.slice(at, at + longestRun))) words.push(segment)
  return words
}
