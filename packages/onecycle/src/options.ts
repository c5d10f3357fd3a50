import { InvalidArgumentError } from 'commander'

/** Parses a whole number from `least` on. */
export function wholeNumber(least: number): (text: string) => number {
  return text => {
    const value = Number(text)
    if (!text.trim() || !Number.isSafeInteger(value) || value < least)
      throw new InvalidArgumentError(`Expected a whole number from ${least} on, such as ${Math.max(least, 2)}.`)
    return value
  }
}

/** Parses a learning rate. */
export function positiveNumber(text: string): number {
  const value = Number(text)
  if (!text.trim() || !Number.isFinite(value) || value <= 0)
    throw new InvalidArgumentError('Expected a positive number, such as 5e-2.')
  return value
}
