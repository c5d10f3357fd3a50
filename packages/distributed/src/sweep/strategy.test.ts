import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { goesOn, isRung } from './asha.js'
import { rangedSpace } from './settings.js'
import type { Space } from './space.js'
import { checkStrategy, countTrials, paramsOf, seedOf } from './strategy.js'

const random = checkStrategy('random')
const grid = checkStrategy('grid')
const dimensions = fc.oneof(
  fc.uniqueArray(fc.integer(), { minLength: 1, maxLength: 4 }),
  fc.record({ int: fc.constantFrom([0, 3], [-2, 2]), steps: fc.constantFrom(undefined, 2) }),
  fc.record({ uniform: fc.constant([0, 1] as const), steps: fc.integer({ min: 2, max: 4 }) }),
)
const spaces = fc.dictionary(fc.string({ minLength: 1, maxLength: 5 }), dimensions, {
  minKeys: 1,
  maxKeys: 4,
}) as fc.Arbitrary<Space>

describe('grid', () => {
  test('has every point once, the last name going round the fastest', () => {
    fc.assert(
      fc.property(spaces, space => {
        const ranged = rangedSpace(space)
        const count = countTrials(grid, ranged, undefined)
        const points = Array.from({ length: count }, (_, i) => JSON.stringify(paramsOf(grid, ranged, 0, i)))
        expect(new Set(points).size).toBe(count)
      }),
    )
    const ranged = rangedSpace({ a: [1, 2], b: ['x', 'y', 'z'], c: 5 })
    expect(countTrials(grid, ranged, undefined)).toBe(6)
    expect(paramsOf(grid, ranged, 0, 1)).toEqual({ a: 1, b: 'y', c: 5 })
    expect(paramsOf(grid, ranged, 0, 3)).toEqual({ a: 2, b: 'x', c: 5 })
  })

  test('says what it cannot do', () => {
    expect(() => countTrials(grid, rangedSpace({ lr: { logUniform: [1e-4, 1] } }), undefined)).toThrow(
      'sweep: a grid needs steps of lr, whose range has any number of values: { logUniform: [...], steps: 5 }.',
    )
    expect(() => countTrials(grid, rangedSpace({ a: [1, 2] }), 3)).toThrow(
      'trials (the grid has 2 points) must be a whole number from 1 to 2',
    )
    expect(() => countTrials(grid, rangedSpace({ a: { int: [1, 1e7] } }), undefined)).toThrow('the grid has 10000000 points')
  })
})

describe('random', () => {
  test('a trial has the same values and seed whatever other trials and names there are', () => {
    fc.assert(
      fc.property(spaces, fc.nat(), fc.nat(1000), (space, seed, trial) => {
        const alone = paramsOf(random, rangedSpace(space), seed, trial)
        expect(paramsOf(random, rangedSpace(space), seed, trial)).toEqual(alone)
        const more = paramsOf(random, rangedSpace({ another: [1, 2, 3], ...space }), seed, trial)
        for (const name of Object.keys(space)) expect(more[name]).toEqual(alone[name])
      }),
    )
  })

  test('trials differ, and so do seeds', () => {
    const ranged = rangedSpace({ x: { uniform: [0, 1] } })
    const values = [0, 1].flatMap(seed => Array.from({ length: 50 }, (_, i) => paramsOf(random, ranged, seed, i)['x']))
    expect(new Set(values).size).toBe(100)
    expect(new Set(Array.from({ length: 50 }, (_, i) => seedOf(0, i))).size).toBe(50)
  })

  test('the values of a seed are these in every version', () => {
    const ranged = rangedSpace({
      lr: { logUniform: [1e-4, 1e-1] },
      width: [16, 32, 64],
      dropout: { uniform: [0, 0.5] },
      depth: { int: [1, 4] },
    })
    expect([0, 1].map(trial => [paramsOf(random, ranged, 7, trial), seedOf(7, trial)])).toMatchInlineSnapshot(`
      [
        [
          {
            "depth": 4,
            "dropout": 0.37924334353816336,
            "lr": 0.00379340520306,
            "width": 16,
          },
          1239299160,
        ],
        [
          {
            "depth": 4,
            "dropout": 0.3559479927705248,
            "lr": 0.00229301867871,
            "width": 16,
          },
          2667667773,
        ],
      ]
    `)
  })
})

describe('asha', () => {
  const asha = checkStrategy({ name: 'asha', gracePeriod: 2, reductionFactor: 3 }) as Extract<
    ReturnType<typeof checkStrategy>,
    { name: 'asha' }
  >

  test('has rungs at powers of its factor', () => {
    expect(Array.from({ length: 60 }, (_, i) => i + 1).filter(epoch => isRung(asha, epoch))).toEqual([2, 6, 18, 54])
  })

  test('a trial goes on if it is among the best third of those that came so far, the best one always', () => {
    expect(goesOn(0.5, [], 'min', 3)).toBe(true)
    expect(goesOn(0.5, [0.4], 'min', 3)).toBe(false)
    expect(goesOn(0.5, [0.4], 'max', 3)).toBe(true)
    expect(goesOn(0.5, [0.4, 0.6, 0.6, 0.6, 0.6], 'min', 3)).toBe(true)
    expect(goesOn(0.5, [0.4, 0.4, 0.6, 0.6, 0.6], 'min', 3)).toBe(false)
    expect(goesOn(Number.NaN, [], 'min', 3)).toBe(false)
    expect(goesOn(0.5, [Number.NaN, Number.NaN], 'min', 3)).toBe(true)
  })

  test('of trials that come one after the other no more than the best of each beginning go on', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 1, maxLength: 50 }),
        fc.integer({ min: 2, max: 5 }),
        (values, factor) => {
          values.forEach((value, i) => {
            const others = values.slice(0, i)
            const rank = others.filter(other => other < value).length
            expect(goesOn(value, others, 'min', factor)).toBe(rank < Math.max(1, Math.floor((i + 1) / factor)))
          })
        },
      ),
    )
  })
})

test.each([
  ['best', "strategy must be one of 'grid', 'random', 'asha', but it is 'best'."],
  [{ name: 'hyperband' }, "the name of a strategy must be one of 'grid', 'random', 'asha', but it is 'hyperband'."],
  [{ name: 'asha', reductionFactor: 1 }, 'reductionFactor must be a whole number of at least 2, but it is 1.'],
  [{ name: 'asha', gracePeriod: 0 }, 'gracePeriod must be a whole number of at least 1'],
  [{ name: 'asha', grace: 1 }, 'The strategy asha has no option grace. '],
  [{ name: 'random', reductionFactor: 2 }, "The strategy 'random' has no option reductionFactor."],
])('%j is refused', (strategy, message) => {
  expect(() => checkStrategy(strategy)).toThrow(message)
})
