import { slice } from '@onecycle/callbacks'
import { beforeAll, describe, expect, it } from 'vitest'
import { tinyLearner, useCpu } from '../testing/tiny.js'
import { fitArguments } from './arguments.js'
import { planFit, planFlatCos, planSgdr } from './other-plans.js'
import { planOneCycle } from './plan.js'

beforeAll(useCpu)

describe('fit tells its forms apart', () => {
  it.each([
    [1e-2, 3, 3, 1e-2],
    [3, 1e-2, 3, 1e-2],
    [0.5, 2, 2, 0.5],
    [2, 1.5, 2, 1.5],
    [slice(1e-3), 2, 2, slice(1e-3)],
    [2, slice(1e-3), 2, slice(1e-3)],
    [[1e-3, 1e-2], 2, 2, [1e-3, 1e-2]],
  ])('fit(%j, %j): %i epochs', (first, second, n, lr) => {
    expect(fitArguments([first, second])).toEqual({ n, lr, options: {} })
  })

  it('takes the default rate where there is no second argument, and the options where there is a third', () => {
    expect(fitArguments([4])).toEqual({ n: 4, lr: 3e-3, options: {} })
    expect(fitArguments([4, 1e-2, { wd: 0 }])).toEqual({ n: 4, lr: 1e-2, options: { wd: 0 } })
  })

  it('takes all by name, which cannot be misread', () => {
    expect(fitArguments([{ epochs: 3, lr: 1, wd: 0 }])).toEqual({ n: 3, lr: 1, options: { wd: 0 } })
    expect(fitArguments([{ epochs: 3 }])).toEqual({ n: 3, lr: 3e-3, options: {} })
    expect(fitArguments([{ epochs: 3, lr: undefined }])).toEqual({ n: 3, lr: undefined, options: {} })
    expect(() => fitArguments([{ epochs: 1e-2, lr: 3 }])).toThrow('epochs must be a positive whole number, but is 0.01')
    expect(() => fitArguments([{ epoch: 3 }])).toThrow('fit has no option epoch. Did you mean epochs?')
    expect(() => fitArguments([{ epochs: 3 }, { wd: 0 }])).toThrow('takes all options in the one object')
  })

  it.each([
    [3, 1],
    [1, 3],
    [2, 1.0],
    [1000, 2],
  ])('fit(%j, %j) can be read both ways, and is refused with both', (first, second) => {
    const refused = () => fitArguments([first, second])
    expect(refused).toThrow(`fit({ epochs: ${first}, lr: ${second} }) for ${first} epoch`)
    expect(refused).toThrow(`or fit({ epochs: ${second}, lr: ${first} }) for ${second} epoch`)
  })

  it('fit(1, 1) is refused too: which is which nobody knows', () => {
    expect(() => fitArguments([1, 1])).toThrow(
      /whole numbers\. Write fit\(\{ epochs: 1, lr: 1 \}\) for 1 epoch at a learning rate of 1\.$/,
    )
  })

  it.each([
    [0, 1e-2],
    [1e-2, 0],
    [1e-2, undefined],
    [2.5, 1e-2],
    ['3', 1e-2],
    [undefined, undefined],
  ])('fit(%j, %j) is neither', (first, second) => {
    expect(() => fitArguments([first, second])).toThrow(/is neither fit\(lr, n\).*nor fit\(epochs, lr\).*Examples/)
  })
})

describe('a plan', () => {
  it('knows its epochs, and schedules what is not constant', () => {
    expect(planFit(tinyLearner(), 3, [1e-2], {})).toEqual({ epochs: 3, callbacks: [] })
    const lengths = {
      cycles: planFit(tinyLearner(), 3, [1e-2], { cycle_len: 1, cycle_mult: 2 }),
      one_cycle: planOneCycle(tinyLearner(), 2, [1e-2], {}),
      flat_cos: planFlatCos(4, [1e-2], {}),
      sgdr: planSgdr(3, 1, [1e-2], {}),
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
    expect(planOneCycle(tinyLearner(), 1, [1e-2], { tot_epochs: 3 }).epochs).toBe(1)
    expect(() => planOneCycle(tinyLearner(), 1, [1e-2], { tot_epochs: 0 })).toThrow(
      /tot_epochs must be a positive whole number, but is 0/,
    )
  })

  it.each([0, -1, 1.5, Number.NaN, '3'])('refuses %j epochs', n => {
    const message = /number of epochs must be a positive whole number/
    expect(() => planOneCycle(tinyLearner(), n as number, [1e-2], {})).toThrow(message)
    expect(() => planFlatCos(n as number, [1e-2], {})).toThrow(message)
  })
})
