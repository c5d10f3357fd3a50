import { rangeError, show } from '@onecycle/platform'

/** @throws RangeError for what is no number of epochs. */
export function checkEpochs(n: unknown, name = 'The number of epochs'): void {
  if (!isCount(n)) throw rangeError('not-a-count', `${name} must be a positive whole number, but is ${show(n)}.`)
}

/** Whether it could be a number of epochs. */
export function isCount(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) > 0
}
