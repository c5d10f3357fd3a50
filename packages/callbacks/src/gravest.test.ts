import { expect, it } from 'vitest'
import { CancelFit } from './cancel.js'
import { gravest } from './gravest.js'

it('is the first error, whatever signals came before it', () => {
  const [a, b] = [new Error('a'), new Error('b')]
  expect(gravest([new CancelFit(), a, b])).toBe(a)
})

it('is the first signal where there are no errors', () => {
  const signal = new CancelFit('diverged')
  expect(gravest([signal, new CancelFit()])).toBe(signal)
})

it('keeps later errors as causes, behind the cause that there is', () => {
  const [cause, b, c] = [new Error('cause'), new Error('b'), new Error('c')]
  const a = new Error('a', { cause })
  expect(gravest([a, b, c])).toBe(a)
  expect([a.cause, cause.cause, b.cause, c.cause]).toEqual([cause, b, c, undefined])
})

it('makes no circle of an error that was caused by the first, or came twice', () => {
  const a = new Error('a')
  const b = new Error('b', { cause: a })
  expect(gravest([a, a, b])).toBe(a)
  expect(a.cause).toBeUndefined()
})

it('takes what is no error, or is frozen, as it is', () => {
  const frozen = Object.freeze(new Error('frozen'))
  expect(gravest([frozen, 'text'])).toBe(frozen)
  expect(gravest(['text', frozen])).toBe('text')
  expect(gravest([undefined, frozen])).toBe(undefined)
})
