import { useBackend } from '@onecycle/backend'
import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { stock } from './index.js'
import { disposeParameters, parameter, stepWith, valuesOf } from './testing/optimizers.js'

beforeAll(async () => {
  await useBackend({ prefer: 'cpu', log: false })
})

const makers: Record<string, () => tf.Optimizer> = {
  SGD: () => tf.train.sgd(0.1),
  Momentum: () => tf.train.momentum(0.1, 0.9),
  Adam: () => tf.train.adam(0.1),
  Adamax: () => tf.train.adamax(0.1),
  RMSProp: () => tf.train.rmsprop(0.1, 0.9, 0.9, undefined, true),
  Adagrad: () => tf.train.adagrad(0.1),
  Adadelta: () => tf.train.adadelta(0.1),
}
const gradients = [[1, -1], [0.5, 2], [-3, 0.1], [1, 1]] // biome-ignore format: a table

describe.each(Object.entries(makers))('stock tf.train %s', (name, make) => {
  it('steps as it does by itself, and at the learning rate that is set', () => {
    const [ours, theirs] = [parameter('w', [1, 2]), parameter('w', [1, 2])]
    const [wrapped, plain] = [stock(make())([[ours]]), make()]
    for (const gradient of gradients) {
      stepWith(wrapped, { w: gradient })
      tf.tidy(() => plain.applyGradients([{ name: theirs.variable.name, tensor: tf.tensor1d(gradient) }]))
    }
    expect(valuesOf(ours)).toEqual(valuesOf(theirs))
    wrapped.set('lr', 0)
    expect(wrapped.get('lr')).toEqual([0])
    const still = valuesOf(ours)
    // What momentum has already taken up of earlier rates goes on in RMSProp.
    if (name === 'RMSProp') wrapped.set('mom', 0)
    stepWith(wrapped, { w: [1, 1] })
    expect(valuesOf(ours)).toEqual(still)
    wrapped.dispose()
    plain.dispose()
    disposeParameters([ours, theirs])
  })

  it('each hyper-parameter takes effect', () => {
    const results = stock(make())([[parameter('probe', [1])]]).names.map(changed => {
      const w = parameter('w', [1, 2])
      const optimizer = stock(make())([[w]])
      for (const [i, gradient] of gradients.entries()) {
        if (i === 2) optimizer.set(changed, 0.3)
        stepWith(optimizer, { w: gradient })
      }
      return [changed, ...valuesOf(w)]
    })
    const w = parameter('w', [1, 2])
    const optimizer = stock(make())([[w]])
    for (const gradient of gradients) stepWith(optimizer, { w: gradient })
    for (const [changed, ...values] of results) expect(values, String(changed)).not.toEqual([...valuesOf(w)])
  })

  if (name === 'Adamax') return
  it('saves and loads its state', async () => {
    const [w, v] = [parameter('w', [1, 2]), parameter('v', [3])]
    const run = stock(make())([[w, v]])
    for (const gradient of gradients) stepWith(run, { w: gradient, v: [1] })
    const held = tf.memory().numTensors
    const saved = await run.state()
    expect(saved.parameters['w']!.steps).toBe(4)
    await run.load(saved)
    expect(await run.state()).toEqual(saved)
    expect(tf.memory().numTensors).toBe(held)

    const [w2, v2] = [parameter('w', [...valuesOf(w)]), parameter('v', [...valuesOf(v)])]
    const resumed = stock(make())([[w2, v2]])
    await resumed.load(saved)
    for (const optimizer of [run, resumed]) stepWith(optimizer, { w: [1, 2], v: [3] })
    for (const [i, x] of valuesOf(w).entries()) expect(valuesOf(w2)[i]).toBeCloseTo(x, 6)

    await run.clear()
    expect((await run.state()).parameters).toEqual({})
    for (const optimizer of [run, resumed]) optimizer.dispose()
    disposeParameters([w, v, w2, v2])
  })
})

describe('stock', () => {
  it('refuses what these optimizers cannot do', async () => {
    const [w, v] = [parameter('w', [1, 2]), parameter('v', [3])]
    const factory = stock(tf.train.sgd(0.1))
    expect(() => factory([[w], [v]])).toThrow('one learning rate for all parameters, so it cannot serve 2 layer groups')
    expect(() => factory([[w]], { wd: 0.01 })).toThrow('no weight decay')
    const optimizer = factory([[w]], { wd: 0 })
    expect(() => optimizer.set('mom', 0.9)).toThrow('tf.train SGD has no hyper-parameter mom. It has: lr.')
    expect(() => optimizer.set('lr', -1)).toThrow('lr must be at least 0')
    expect(() => optimizer.regroup([[v]])).toThrow('keeps its state by position')
    expect(() => stepWith(optimizer, { u: [1] })).toThrow('gradient for u')
    await expect(stock(tf.train.adamax(0.1))([[w]]).state()).rejects.toThrow('tf.train.adamax cannot save or load its state')

    const adam = stock(tf.train.adam(0.1))([[w]])
    stepWith(adam, { w: [1, 1] })
    const state = await adam.state()
    await expect(optimizer.load(state)).rejects.toThrow('saved by the optimizer tf.train Adam')
    await expect(stock(tf.train.adam(0.1))([[w, v]]).load(state)).rejects.toThrow('The state is of the parameters w')
    const other = stock(tf.train.adam(0.1))([[parameter('w', [1])]])
    await expect(other.load(state)).rejects.toThrow('The state of w has shape [2]')
    class Foreign extends tf.SGDOptimizer {
      static override get className() {
        return 'Foreign'
      }
    }
    expect(() => stock(new Foreign(0.1))).toThrow('Foreign is not an optimizer of TensorFlow.js')
  })

  it('serves one model: what it remembers is of its weights', () => {
    const [w, v] = [parameter('w', [1, 2]), parameter('w', [3, 4])]
    const shared = tf.train.adam(0.1)
    const [mine, others] = [stock(shared)([[w]]), stock(shared)([[v]])]
    stepWith(mine, { w: [1, 1] })
    expect(() => stepWith(others, { w: [1, 1] })).toThrow('tf.train Adam has trained another model')
    expect(() => stock(shared)([[v]])).toThrow('make one for each model')
    stepWith(stock(shared)([[w]]), { w: [1, 1] })
    mine.dispose()
    expect(() => stepWith(mine, { w: [1, 1] })).toThrow('was disposed together with a Learner')
    disposeParameters([w, v])
  })
})
