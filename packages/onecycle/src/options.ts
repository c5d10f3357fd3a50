import { InvalidArgumentError } from 'commander'

/** Parses a whole number from `least` on, or to `most`. */
export function wholeNumber(least: number, most = Number.MAX_SAFE_INTEGER): (text: string) => number {
  const expected = `a whole number from ${least} ${most === Number.MAX_SAFE_INTEGER ? 'on' : `to ${most}`}`
  return text => parse(text, value => Number.isSafeInteger(value) && value >= least && value <= most, expected)
}

/** Parses how many threads there are to be, or that a trial is to say. */
export function threadCount(text: string): number | 'auto' {
  return text === 'auto'
    ? text
    : parse(text, value => Number.isSafeInteger(value) && value >= 1, 'auto, or a whole number from 1 on')
}

/** Parses a learning rate. */
export function positiveNumber(text: string): number {
  return parse(text, value => Number.isFinite(value) && value > 0, 'a positive number, such as 5e-2')
}

export function finiteNumber(text: string): number {
  return parse(text, Number.isFinite, 'a number')
}

/** Parses one of several numbers, or several at once: `0.95 0.85` and `0.95,0.85` are the same. */
export function eachNumber(text: string, before?: readonly number[]): readonly number[] {
  return [...(before ?? []), ...text.split(',').map(finiteNumber)]
}

/** Parses texts that commas divide, or several options of one name. */
export function texts(text: string, before?: readonly string[]): readonly string[] {
  return [...(before ?? []), ...text.split(',').map(each => each.trim())]
}

/** Parses a word that has a meaning, or a number within bounds. */
export function oneOfWordsOrNumber(
  words: readonly string[],
  {
    min = Number.NEGATIVE_INFINITY,
    above = Number.NEGATIVE_INFINITY,
    below = Number.POSITIVE_INFINITY,
  }: { min?: number; above?: number; below?: number },
): (text: string) => number | string {
  const bounds = [
    Number.isFinite(min) && `of at least ${min}`,
    Number.isFinite(above) && `above ${above}`,
    Number.isFinite(below) && `below ${below}`,
  ].filter(Boolean)
  const expected = [...words, `a number ${bounds.join(' and ')}`.trim()].join(', or ')
  return text => (words.includes(text) ? text : parse(text, value => value >= min && value > above && value < below, expected))
}

function parse(text: string, fits: (value: number) => boolean, expected: string): number {
  const value = text.trim() ? Number(text) : Number.NaN
  if (!fits(value)) throw new InvalidArgumentError(`Expected ${expected}.`)
  return value
}
