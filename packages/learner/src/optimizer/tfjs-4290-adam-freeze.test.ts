import { useBackend } from '@onecycle/backend'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { adam, type OptimizerFactory, sgd, stock } from './index.js'
import { disposeParameters, parameter, stepWith, valuesOf } from './testing/optimizers.js'

beforeAll(async () => {
  await useBackend({ prefer: 'cpu', log: false })
})

// TensorFlow.js keeps the moments of its optimizers by position in the list of gradients: once a layer is frozen, those
// of the remaining parameters are the moments of others, or have the wrong shape. Here they belong to the parameter.
describe.each<[string, () => OptimizerFactory]>([
  ['adam', () => adam({ wd: 0 })],
  ['sgd with momentum', () => sgd({ mom: 0.9 })],
  ['tf.train.adam through stock()', () => stock(tf.train.adam(1e-3))],
  ['tf.train.momentum through stock()', () => stock(tf.train.momentum(1e-3, 0.9))],
])('%s, when the first of two parameters is frozen', (_name, factory) => {
  it.each([[2], [3]])('goes on with the moments of the second (of length %i)', async length => {
    const ones = (value: number) => new Array<number>(length).fill(value)
    const [first, second, alone] = [parameter('first', [5, 5]), parameter('second', ones(1)), parameter('second', ones(1))]
    const both = factory()([[first, second]])
    const reference = factory()([[alone]])
    for (let i = 0; i < 5; i++) {
      stepWith(both, { first: [100, -100], second: ones(i) })
      stepWith(reference, { second: ones(i) })
    }
    const frozen = [...valuesOf(first)]
    const saved = (await both.state()).parameters['first']!.slots
    for (let i = 0; i < 5; i++) {
      stepWith(both, { second: ones(-i) })
      stepWith(reference, { second: ones(-i) })
    }
    expect(valuesOf(second)).toEqual(valuesOf(alone))
    expect([...valuesOf(first)]).toEqual(frozen)
    expect((await both.state()).parameters['first']!.slots).toEqual(saved)
    for (const optimizer of [both, reference]) optimizer.dispose()
    disposeParameters([first, second, alone])
  })
})
