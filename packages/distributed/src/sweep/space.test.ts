import { Random } from '@onecycle/platform'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { drawn, rangedOf, stepsOf } from './space.js'

const ends = fc
  .tuple(fc.double({ min: 1e-6, max: 1e6, noNaN: true }), fc.double({ min: 1e-6, max: 1e6, noNaN: true }))
  .filter(([low, high]) => low < high)

describe('what is drawn', () => {
  test('lies in its range, at its ends too', () => {
    fc.assert(
      fc.property(ends, fc.constantFrom('uniform', 'logUniform'), fc.nat(), ([low, high], word, seed) => {
        const value = drawn(rangedOf('x', { [word]: [low, high] }), new Random(seed)) as number
        expect(value).toBeGreaterThanOrEqual(low)
        expect(value).toBeLessThanOrEqual(high)
      }),
    )
  })

  test('of whole numbers is any of them, both ends included', () => {
    const ranged = rangedOf('x', { int: [-1, 2] })
    const random = new Random(3)
    expect(new Set(Array.from({ length: 200 }, () => drawn(ranged, random)))).toEqual(new Set([-1, 0, 1, 2]))
  })

  test('is even in its logarithm', () => {
    const ranged = rangedOf('x', { logUniform: [1e-4, 1] })
    const random = new Random(1)
    const below = Array.from({ length: 4000 }, () => drawn(ranged, random) as number).filter(value => value < 1e-2)
    expect(below.length / 4000).toBeCloseTo(0.5, 1)
  })

  test('of steps is one of them', () => {
    fc.assert(
      fc.property(
        ends,
        fc.constantFrom('uniform', 'logUniform'),
        fc.integer({ min: 2, max: 20 }),
        fc.nat(),
        (range, word, steps, seed) => {
          const ranged = rangedOf('x', { [word]: range, steps })
          expect(stepsOf(ranged)).toContain(drawn(ranged, new Random(seed)))
        },
      ),
    )
  })
})

test('steps begin and end at the ends, at equal distances or ratios', () => {
  expect(stepsOf(rangedOf('x', { uniform: [0, 0.5], steps: 6 }))).toEqual([0, 0.1, 0.2, 0.3, 0.4, 0.5])
  expect(stepsOf(rangedOf('x', { logUniform: [1e-4, 1e-1], steps: 4 }))).toEqual([1e-4, 1e-3, 1e-2, 1e-1])
  expect(stepsOf(rangedOf('x', { int: [1, 4] }))).toEqual([1, 2, 3, 4])
  expect(stepsOf(rangedOf('x', { int: [1, 100], steps: 4 }))).toEqual([1, 34, 67, 100])
  expect(stepsOf(rangedOf('x', { uniform: [0, 1] }))).toBeUndefined()
  expect(stepsOf(rangedOf('x', 5))).toEqual([5])
})

test.each([
  [{ uniform: [1, 0] }, 'x: uniform begins at 1 and ends at 0; the first has to be less than the second.'],
  [{ logUniform: [0, 1] }, 'x: logUniform begins at 0; it has to be above 0'],
  [{ int: [0.5, 2] }, 'x: int has the ends 0.5 and 2; expected whole numbers'],
  [{ uniform: [1] }, 'x: uniform is [1]; expected its two ends, such as uniform: [0, 0.5].'],
  [{ uniform: [0, 1], steps: 1 }, 'x: steps must be a whole number from 2 to 10000, but it is 1.'],
  [{ loguniform: [1e-4, 1] }, 'x is { loguniform: [...] }; expected a list to choose from'],
  [{ loguniform: [1e-4, 1] }, 'Did you mean logUniform?'],
  [{ uniform: [0, 1], log: true }, 'x has uniform and log; expected'],
  [{ choice: [1], steps: 2 }, 'x has choice and steps; expected'],
  [[], 'x has nothing to choose from: []; expected a list of one value or more.'],
  [[1, undefined], 'x has the value undefined; expected numbers, words'],
  [[Number.NaN], 'x has the value NaN'],
  [[() => 1], 'x has the value a function'],
  [null, 'x is null; expected a list to choose from'],
])('%j is refused', (dimension, message) => {
  expect(() => rangedOf('x', dimension)).toThrow(message)
})
