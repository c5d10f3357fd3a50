import { useBackend } from '@onecycle/backend'
import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, describe, expect, it } from 'vitest'
import { adam, type Optimizer, type OptimizerState, sgd } from './index.js'
import { disposeParameters, everyRule, parameter, stepWith, valuesOf } from './testing/optimizers.js'

beforeAll(async () => {
  await useBackend({ prefer: 'cpu', log: false })
})

/** Through a text and back, as a checkpoint does it. */
function throughJson(state: OptimizerState): OptimizerState {
  const text = JSON.stringify(state, (_key, value) => (value instanceof Float32Array ? { float32: [...value] } : value))
  return JSON.parse(text, (_key, value) => (value?.float32 ? Float32Array.from(value.float32) : value))
}

const gradient = fc.tuple(...[1, 2, 3].map(() => fc.float({ min: -2, max: 2, noNaN: true })))
const rate = fc.double({ min: 0, max: 0.5, noNaN: true })

describe.each(Object.entries(everyRule))('the state of %s', (_name, factory) => {
  it('saved, loaded into a new optimizer and continued, gives the bits of an uninterrupted run', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(gradient, rate), { minLength: 1, maxLength: 9 }), fc.nat(9), async (run, cut) => {
        const before = tf.memory().numTensors
        const [whole, halves] = [parameter('w', [1, -2, 0.5]), parameter('w', [1, -2, 0.5])]
        const step = (optimizer: Optimizer, [w, lr]: (typeof run)[number]) => {
          optimizer.set('lr', lr)
          stepWith(optimizer, { w })
        }
        const uninterrupted = factory([[whole]])
        for (const each of run) step(uninterrupted, each)

        const [first, second] = [factory([[halves]]), factory([[halves]])]
        for (const each of run.slice(0, cut)) step(first, each)
        const saved = throughJson(await first.state())
        first.dispose()
        await second.load(saved)
        expect(await second.state()).toEqual(saved)
        for (const each of run.slice(cut)) step(second, each)

        expect(valuesOf(halves)).toEqual(valuesOf(whole))
        expect((await second.state()).parameters).toEqual((await uninterrupted.state()).parameters)
        for (const optimizer of [uninterrupted, second]) optimizer.dispose()
        disposeParameters([whole, halves])
        expect(tf.memory().numTensors).toBe(before)
      }),
      { numRuns: 8 },
    )
  })
})

describe('a state that does not fit', () => {
  it('is refused with a reason, and changes nothing', async () => {
    const [w, v, two] = [parameter('w', [1, 2]), parameter('v', [1, 2]), parameter('w', [1, 2, 3])]
    const optimizer = adam()([[w]])
    stepWith(optimizer, { w: [1, 1] })
    const state = await optimizer.state()
    const { slots } = state.parameters['w']!
    const load = (changed: object) => optimizer.load({ ...state, ...changed })

    await expect(sgd()([[w]]).load(state)).rejects.toThrow('saved by the optimizer adam, this one is sgd')
    await expect(adam({ amsgrad: true })([[w]]).load(state)).rejects.toThrow('this one is adam amsgrad')
    await expect(adam()([[w], [v]]).load(state)).rejects.toThrow('1 values of lr, this optimizer has 2 layer groups')
    await expect(adam()([[v]]).load(state)).rejects.toThrow('The state has a parameter w, this model has: v')
    await expect(adam()([[two]]).load(state)).rejects.toThrow('avg of w has shape [2], the parameter [3]')
    await expect(load({ hyper: {} })).rejects.toThrow('no values of lr')
    await expect(load({ hyper: { ...state.hyper, lr: [-1] } })).rejects.toThrow('lr must be at least 0')
    await expect(load({ parameters: { w: { steps: 1, slots: { avg: slots['avg'] }, numbers: {} } } })).rejects.toThrow(
      'The slots of w are [avg]',
    )
    await expect(load({ parameters: { w: { steps: -1, slots, numbers: {} } } })).rejects.toThrow('w has -1 steps')
    await expect(load({ parameters: { w: { steps: 1, slots, numbers: { mu: 1 } } } })).rejects.toThrow(
      'The numbers of w are [mu]',
    )
    const short = { ...slots, avg: { shape: [2], values: new Float32Array(1) } }
    await expect(load({ parameters: { w: { steps: 1, slots: short, numbers: {} } } })).rejects.toThrow(
      'avg of w has 1 values for shape [2]',
    )

    expect(await optimizer.state()).toEqual(state)
    optimizer.dispose()
    disposeParameters([w, v, two])
  })
})
