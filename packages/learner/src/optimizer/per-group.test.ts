import { useBackend } from '@onecycle/backend'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { adam, type Optimizer, optimizerPerGroup, rmsprop, sgd } from './index.js'
import { disposeParameters, parameter, stepWith, valuesOf } from './testing/optimizers.js'

beforeAll(async () => {
  await useBackend({ prefer: 'cpu', log: false })
})

const gradients = [{ a: [0.5, -1], b: [2, 1] }, { a: [1, 1] }, { b: [-1, 0.25] }, { a: [0.1, 0.2], b: [0.3, 0.4] }]
const pair = () => [parameter('a', [1, -2]), parameter('b', [3, 0.5])] as const

it('steps each group as its own optimizer alone would, whichever of them have gradients', () => {
  const [[a, b], [c, d]] = [pair(), pair()]
  const before = tf.memory().numTensors
  const both = optimizerPerGroup(adam({ lr: 0.1, mom: 0.5 }), 'rmsprop')([[a], [b]], { wd: [0.1, 0] })
  const [first, second] = [adam({ lr: 0.1, mom: 0.5 })([[c]], { wd: 0.1 }), rmsprop()([[d]], { wd: 0 })]
  for (const { a: ofA, b: ofB } of gradients) {
    stepWith(both, { ...(ofA && { a: ofA }), ...(ofB && { b: ofB }) })
    if (ofA) stepWith(first, { a: ofA })
    if (ofB) stepWith(second, { b: ofB })
  }
  expect([valuesOf(a), valuesOf(b)]).toEqual([valuesOf(c), valuesOf(d)])
  for (const each of [both, first, second]) each.dispose()
  expect(tf.memory().numTensors).toBe(before)
  disposeParameters([a, b, c, d])
})

it('goes on from its state to the same bits', async () => {
  const make = (groups: ReturnType<typeof pair>) =>
    optimizerPerGroup(adam({ lr: 0.1 }), sgd({ lr: 0.2, mom: 0.9 }))([[groups[0]], [groups[1]]])
  const [whole, halves] = [pair(), pair()]
  const [uninterrupted, first, second] = [make(whole), make(halves), make(halves)]
  const steps = (optimizer: Optimizer, part: object[]) => {
    for (const each of part) stepWith(optimizer, each as never)
  }
  uninterrupted.set('lr', [0.3, 0.4])
  first.set('lr', [0.3, 0.4])
  steps(uninterrupted, gradients)
  steps(first, gradients.slice(0, 2))
  await second.load(
    JSON.parse(JSON.stringify(await first.state()), (key, value) =>
      key === 'values' ? Float32Array.from(Object.values(value)) : value,
    ),
  )
  expect(second.get('lr')).toEqual([0.3, 0.4])
  steps(second, gradients.slice(2))
  expect(halves.map(valuesOf)).toEqual(whole.map(valuesOf))
  expect(await second.state()).toEqual(await uninterrupted.state())
  for (const each of [uninterrupted, first, second]) each.dispose()
  disposeParameters([...whole, ...halves])
})

it('refuses a state that does not fit, and is as it was', async () => {
  const [a, b] = pair()
  const optimizer = optimizerPerGroup(adam(), sgd({ mom: 0.9 }))([[a], [b]])
  stepWith(optimizer, gradients[0]!)
  const state = await optimizer.state()
  await expect(optimizer.load({ ...state, rule: 'adam' })).rejects.toThrow(
    /saved by the optimizer adam, this one is optimizerPerGroup\(adam, /,
  )
  const { slots } = state.parameters['b']!
  const damaged = {
    ...state,
    parameters: { ...state.parameters, a: { ...state.parameters['a']!, steps: 7 }, b: { steps: -1, numbers: {}, slots } },
  }
  await expect(optimizer.load(damaged)).rejects.toThrow(/b has -1 steps/)
  expect(await optimizer.state()).toEqual(state)
  optimizer.dispose()
  disposeParameters([a, b])
})

it('has the hyper-parameters that all have, and rates of its own where all were given one', () => {
  const [a, b] = pair()
  const optimizer = optimizerPerGroup(adam({ lr: 0.1 }), sgd({ lr: 0.2 }))([[a], [b]])
  expect(optimizer.names).toEqual(['lr', 'wd'])
  expect(optimizer.ownRate).toEqual([0.1, 0.2])
  expect(optimizer.get('lr')).toEqual([0.1, 0.2])
  expect(() => optimizer.get('mom')).toThrow(/optimizerPerGroup\(adam, sgd\) has no hyper-parameter mom. It has: lr, wd/)
  expect(optimizerPerGroup(adam({ lr: 0.1 }), sgd())([[a], [b]]).ownRate).toBeUndefined()
  disposeParameters([a, b])
})

it('refuses one optimizer, what is none, and another number of groups', () => {
  const [a, b] = pair()
  expect(() => optimizerPerGroup(adam())).toThrow(/two at least/)
  expect(() => optimizerPerGroup(adam(), 5 as never)).toThrow(/optimizer is 5/)
  expect(() => optimizerPerGroup(adam(), sgd())([[a, b]])).toThrow(/2 optimizers, but the model 1 layer groups/)
  disposeParameters([a, b])
})
