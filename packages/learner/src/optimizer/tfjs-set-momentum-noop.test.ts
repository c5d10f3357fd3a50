import { useBackend } from '@onecycle/backend'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { type OptimizerFactory, sgd, stock } from './index.js'
import { disposeParameters, everyRule, parameter, stepWith, valuesOf } from './testing/optimizers.js'

beforeAll(async () => {
  await useBackend({ prefer: 'cpu', log: false })
})

/** The parameter's values after three steps, the last one with another momentum. */
function run(factory: OptimizerFactory, changed: boolean): Float32Array {
  const w = parameter('w', [1, 2])
  const optimizer = factory([[w]])
  for (const gradient of [
    [1, -1],
    [0.5, 2],
    [-3, 0.1],
  ]) {
    if (gradient[0] === -3 && changed) optimizer.set('mom', 0.1)
    stepWith(optimizer, { w: gradient })
  }
  const values = valuesOf(w)
  optimizer.dispose()
  disposeParameters([w])
  return values
}

const factories: Record<string, () => OptimizerFactory> = {
  ...Object.fromEntries(
    Object.entries(everyRule).flatMap(([name, rule]) => ('mom' in rule.rule.hyper ? [[name, () => rule]] : [])),
  ),
  'tf.train.momentum': () => stock(tf.train.momentum(0.1, 0.9)),
  'tf.train.momentum with nesterov': () => stock(tf.train.momentum(0.1, 0.9, true)),
  'tf.train.adam': () => stock(tf.train.adam(0.1)),
  'tf.train.adamax': () => stock(tf.train.adamax(0.1)),
  'tf.train.rmsprop': () => stock(tf.train.rmsprop(0.1, 0.9, 0.9)),
}

// MomentumOptimizer.setMomentum() changes a field that its steps do not read.
describe.each(Object.entries(factories))('momentum set on %s', (_name, factory) => {
  it('takes effect at the next step', () => {
    expect(run(factory(), true)).not.toEqual(run(factory(), false))
  })
})

it('tf.train.momentum with a changing momentum steps as ours does', () => {
  const ours = run(sgd({ lr: 0.1, mom: 0.9 }), true)
  const theirs = run(stock(tf.train.momentum(0.1, 0.9)), true)
  for (const [i, x] of ours.entries()) expect(theirs[i]).toBeCloseTo(x, 6)
})
