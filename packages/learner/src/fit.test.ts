import { slice } from '@onecycle/callbacks'
import { beforeAll, describe, expect, it } from 'vitest'
import { fitArguments, planFit, planFlatCos, planOneCycle, planSgdr } from './fit.js'
import { tinyLearner, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

describe('fit tells its two forms apart', () => {
  it.each([
    [1e-2, 3, 3, 1e-2],
    [3, 1e-2, 3, 1e-2],
    [4, undefined, 4, 3e-3],
    [3, 2, 2, 3],
    [slice(1e-3), 2, 2, slice(1e-3)],
    [2, slice(1e-3), 2, slice(1e-3)],
    [[1e-3, 1e-2], 2, 2, [1e-3, 1e-2]],
  ])('fit(%j, %j): %i epochs', (first, second, n, lr) => {
    expect(fitArguments(first, second)).toEqual({ n, lr })
  })

  it.each([
    [0, 1e-2],
    [1e-2, 0],
    [1e-2, undefined],
    [Number.NaN, 3],
    [3, Number.NaN],
    [-1, 2],
    [2.5, 1e-2],
    [null, 3],
    [3, null],
    ['3', 1e-2],
    [undefined, undefined],
  ])('fit(%j, %j) is neither', (first, second) => {
    expect(() => fitArguments(first as never, second as never)).toThrow(
      /is neither fit\(lr, n\).*nor fit\(epochs, lr\).*Examples/,
    )
  })
})

describe('a plan', () => {
  it('knows its epochs, and schedules what is not constant', () => {
    expect(planFit(tinyLearner(), [1e-2], 3, {})).toEqual({ epochs: 3, callbacks: [] })
    const lengths = {
      cycles: planFit(tinyLearner(), [1e-2], 3, { cycle_len: 1, cycle_mult: 2 }),
      one_cycle: planOneCycle(2, [1e-2], {}, 10),
      flat_cos: planFlatCos(4, [1e-2], {}, 10),
      sgdr: planSgdr(3, 1, [1e-2], {}, 10),
    }
    expect(Object.fromEntries(Object.entries(lengths).map(([name, { epochs }]) => [name, epochs]))).toEqual({
      cycles: 7,
      one_cycle: 2,
      flat_cos: 4,
      sgdr: 7,
    })
    for (const { callbacks } of Object.values(lengths)) expect(callbacks).toHaveLength(1)
  })

  it('may be one part of a longer cycle', () => {
    expect(planOneCycle(1, [1e-2], { tot_epochs: 3 }, 10).epochs).toBe(1)
    expect(() => planOneCycle(1, [1e-2], { tot_epochs: 0 }, 10)).toThrow(/tot_epochs must be a positive whole number, but is 0/)
  })

  it.each([0, -1, 1.5, Number.NaN, '3'])('refuses %j epochs', n => {
    for (const plan of [planOneCycle, planFlatCos]) {
      expect(() => plan(n as number, [1e-2], {}, 10)).toThrow(/number of epochs must be a positive whole number/)
    }
  })
})
