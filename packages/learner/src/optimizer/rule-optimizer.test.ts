import { useBackend } from '@onecycle/backend'
import * as tf from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { setFusedUpdate } from './fused.js'
import { adam, descend, larc, lookahead, type Parameter, ruleFactory, sgd, type Transform } from './index.js'
import { withSlots } from './rule.js'
import { disposeParameters, everyRule, parameter, stepWith, valuesOf } from './testing/optimizers.js'

beforeAll(async () => {
  await useBackend({ prefer: 'cpu', log: false })
})

let before = 0
beforeEach(() => {
  before = tf.memory().numTensors
})
afterEach(() => {
  expect(tf.memory().numTensors).toBe(before)
})

describe.each(Object.entries(everyRule))('%s', (_name, factory) => {
  it('minimizes a quadratic, holds as much memory after many steps as after one, and frees it', () => {
    const target = [1, 2, 0.5]
    const w = parameter('w', [3, -2, 1])
    const optimizer = factory([[w]], { wd: 0 })
    const distance = () => Math.hypot(...valuesOf(w).map((x, i) => x - target[i]!))
    const start = distance()
    let held = 0
    for (let i = 0; i < 400; i++) {
      optimizer.set('lr', 0.3 * (1 - i / 400))
      stepWith(optimizer, { w: [...valuesOf(w)].map((x, k) => 2 * (x - target[k]!)) })
      if (i === 0) held = tf.memory().numTensors
    }
    expect(tf.memory().numTensors).toBe(held)
    expect(distance()).toBeLessThan(0.1 * start)
    optimizer.dispose()
    disposeParameters([w])
  })

  it('does not depend on the order of the parameters', () => {
    const run = (order: readonly string[]): Record<string, Float32Array> => {
      const parameters = order.map(name => parameter(name, [name.length, 1, -2], name === 'bias' ? 'bias' : 'weight'))
      const optimizer = factory([parameters])
      for (let i = 1; i <= 8; i++) stepWith(optimizer, Object.fromEntries(order.map(name => [name, [i, name.length, 0.5 - i]])))
      const values = Object.fromEntries(parameters.map(each => [each.name, valuesOf(each)]))
      optimizer.dispose()
      disposeParameters(parameters)
      return values
    }
    const names = ['a', 'bias', 'third', 'fo']
    const expected = run(names)
    fc.assert(
      fc.property(fc.shuffledSubarray(names, { minLength: 4 }), order => {
        expect(run(order)).toEqual(expected)
      }),
      { numRuns: 5 },
    )
  })

  it('leaves a parameter without a gradient alone, and later treats it as the beginner it is', async () => {
    const grads = [[0.5, -1], [2, 0.1], [-0.3, 0.7], [1, 1]] // biome-ignore format: a table
    const [frozen, other, alone] = [parameter('frozen', [1, 2]), parameter('other', [3, 4]), parameter('frozen', [1, 2])]
    const optimizer = factory([[frozen, other]])
    const reference = factory([[alone]])
    for (const other of grads) stepWith(optimizer, { other })
    expect([...valuesOf(frozen)]).toEqual([1, 2])
    expect(Object.keys((await optimizer.state()).parameters)).toEqual(['other'])
    for (const frozen of grads) {
      stepWith(optimizer, { frozen })
      stepWith(reference, { frozen })
    }
    expect(valuesOf(frozen)).toEqual(valuesOf(alone))
    expect((await optimizer.state()).parameters['frozen']).toEqual((await reference.state()).parameters['frozen'])
    for (const each of [optimizer, reference]) each.dispose()
    disposeParameters([frozen, other, alone])
  })
})

describe('hyper-parameters', () => {
  const using = (body: (w: Parameter, b: Parameter) => void) => () => {
    const [w, b] = [parameter('w', [1, 2]), parameter('b', [1, 2], 'bias')]
    body(w, b)
    disposeParameters([w, b])
  }

  it(
    'are set for all layer groups or for each',
    using((w, b) => {
      const optimizer = adam()([[b], [w]])
      expect(optimizer.groups).toBe(2)
      expect(optimizer.names).toEqual(['lr', 'mom', 'sqr_mom', 'eps', 'wd'])
      optimizer.set('lr', 0.5)
      expect(optimizer.get('lr')).toEqual([0.5, 0.5])
      optimizer.set('lr', [0.1, 1])
      expect(optimizer.get('lr')).toEqual([0.1, 1])
      expect(optimizer.get('mom')).toEqual([0.9, 0.9])
      stepWith(optimizer, { w: [1, 1], b: [1, 1] })
      expect(1 - valuesOf(b)[0]!).toBeCloseTo(0.1, 3)
      expect(1 - valuesOf(w)[0]!).toBeCloseTo(1, 1)
      optimizer.dispose()
    }),
  )

  it(
    'spare bias and normalisation from decay, unless wd_bn_bias',
    using((w, b) => {
      const zero = { w: [0, 0], b: [0, 0] }
      const sparing = sgd({ lr: 1 })([[w, b]], { wd: 0.5 })
      stepWith(sparing, zero)
      expect([[...valuesOf(w)], [...valuesOf(b)]]).toEqual([[0.5, 1], [1, 2]]) // biome-ignore format: a pair of pairs
      const decaying = sgd({ lr: 1 })([[w, b]], { wd: 0.5, wd_bn_bias: true })
      stepWith(decaying, zero)
      expect([[...valuesOf(w)], [...valuesOf(b)]]).toEqual([[0.25, 0.5], [0.5, 1]]) // biome-ignore format: a pair of pairs
      const optimizerPerGroup = sgd({ lr: 1 })([[w], [b]], { wd: [0, 0.5], wd_bn_bias: true })
      stepWith(optimizerPerGroup, zero)
      expect([[...valuesOf(w)], [...valuesOf(b)]]).toEqual([[0.25, 0.5], [0.25, 0.5]]) // biome-ignore format: a pair of pairs
    }),
  )

  it(
    'of a wrong name, number or value are refused',
    using((w, b) => {
      const optimizer = adam()([[b], [w]])
      expect(() => optimizer.set('momentum', 0.9)).toThrow('no hyper-parameter momentum. It has: lr, mom, sqr_mom, eps, wd')
      expect(() => optimizer.get('nu_1')).toThrow('no hyper-parameter nu_1')
      expect(() => sgd()([[w]]).set('mom', 0.9)).toThrow('build the optimizer with some: mom: 0.9')
      expect(() => optimizer.set('lr', [1, 2, 3])).toThrow('lr was given 3 values for 2 layer groups')
      expect(() => optimizer.set('lr', Number.NaN)).toThrow('lr must be a finite number, got NaN')
      expect(() => optimizer.set('lr', '1e-3' as never)).toThrow('lr must be a number')
      expect(() => optimizer.set('lr', -1)).toThrow('lr must be at least 0, got -1')
      expect(() => optimizer.set('mom', 1)).toThrow('mom must be below 1, got 1')
      expect(() => optimizer.set('wd', [0.1, -0.1])).toThrow('wd must be at least 0, got -0.1')
      expect(optimizer.get('wd')).toEqual([0.01, 0.01])
      expect(() => adam({ sqr_mom: 1 })).toThrow('sqr_mom must be below 1')
      expect(() => sgd({ nesterov: true })).toThrow('nesterov needs mom > 0')
      expect(() => sgd({ mom: 0.9, dampening: 2 })).toThrow('dampening must lie in [0, 1]')
      expect(() => lookahead(adam(), { k: 0 })).toThrow('k must be a positive integer')
      expect(() => lookahead(adam(), { alpha: 2 })).toThrow('alpha must lie in [0, 1]')
      expect(() => lookahead(lookahead(adam()))).toThrow('keep a slot slow')
      expect(() => larc()([])).toThrow('at least one parameter')
      expect(() => larc()([[w], [w]])).toThrow('Two parameters are called w')
    }),
  )

  it(
    'follow the parameters into new layer groups, as state does',
    using((w, b) => {
      const optimizer = sgd({ mom: 0.5 })([[b], [w]])
      optimizer.set('lr', [0.1, 1])
      stepWith(optimizer, { w: [1, 1] })
      optimizer.regroup([[w, b]])
      expect(optimizer.get('lr')).toEqual([1])
      stepWith(optimizer, { w: [0, 0] })
      expect([...valuesOf(w)]).toEqual([-0.5, 0.5])
      optimizer.regroup([[b]])
      expect(optimizer.get('lr')).toEqual([1])
      optimizer.regroup([[b], [w]])
      stepWith(optimizer, { w: [0, 0] })
      expect([...valuesOf(w)]).toEqual([-0.75, 0.25])
      optimizer.clear()
      stepWith(optimizer, { w: [0, 0] })
      expect([...valuesOf(w)]).toEqual([-0.75, 0.25])
      optimizer.dispose()
    }),
  )
})

describe('gradients', () => {
  it('of unknown parameters or other shapes are refused before anything is changed', () => {
    const w = parameter('w', [1, 2])
    const optimizer = sgd()([[w]])
    expect(() => stepWith(optimizer, { w: [1, 1], v: [1] })).toThrow(
      'gradient for v, which is no parameter of this optimizer. They are: w',
    )
    expect(() => stepWith(optimizer, { w: [1] })).toThrow('gradient of w has shape [1], its parameter [2]')
    expect([...valuesOf(w)]).toEqual([1, 2])
    optimizer.dispose()
    expect(() => optimizer.step({})).toThrow('was disposed')
    tf.disposeVariables()
    before = tf.memory().numTensors
  })
})

describe('a rule of the user', () => {
  it('runs like the others, from transforms of theirs and ours', () => {
    const sign: Transform = {
      name: 'sign',
      update: (on, step) => ({ ...step, gradient: on.div(step.gradient, on.abs(step.gradient)) }),
    }
    const factory = ruleFactory({ name: 'sign sgd', hyper: { lr: 0.5, wd: 0 }, transforms: [sign, descend] })
    const w = parameter('w', [1, 2])
    stepWith(factory([[w]]), { w: [-3, 0.1] })
    expect([...valuesOf(w)]).toEqual([1.5, 1.5])
    disposeParameters([w])
  })

  it('may remember the gradients of the last steps themselves, and the parameter', () => {
    const remember: Transform = {
      name: 'remember',
      slots: { last: 'zeros', before: 'zeros', twin: 'zeros', start: 'parameter' },
      update: (on, step) => {
        const { last, before } = step.slots
        const slots = { last: step.gradient, before: last!, twin: step.gradient, start: step.parameter }
        return withSlots(step, slots, { gradient: on.add(on.add(step.gradient, last!), before!) })
      },
    }
    const w = parameter('w', [0])
    const optimizer = ruleFactory({ name: 'last three', hyper: { lr: 1, wd: 0 }, transforms: [remember, descend] })([[w]])
    const at = [1, 10, 100, 1000].map(g => {
      stepWith(optimizer, { w: [g] })
      return valuesOf(w)[0]
    })
    expect(at).toEqual([-1, -12, -123, -1233])
    optimizer.dispose()
    disposeParameters([w])
  })
})

describe('a fused update', () => {
  afterEach(() => setFusedUpdate('adam', undefined))

  it('takes over the steps it accepts, with the slots and the step count of the rule', () => {
    const seen: unknown[] = []
    setFusedUpdate('adam', ({ slots, hyper, decays, steps }) => {
      seen.push([Object.keys(slots), hyper['lr'], decays, steps])
      return steps !== 2
    })
    const b = parameter('b', [1, 2], 'bias')
    const optimizer = adam({ lr: 0.5 })([[b]])
    const values: number[] = []
    for (let i = 0; i < 3; i++) {
      stepWith(optimizer, { b: [1, 1] })
      values.push(valuesOf(b)[0]!)
    }
    expect(seen).toEqual([1, 2, 3].map(steps => [['avg', 'sqr_avg'], 0.5, false, steps]))
    expect(values[0]).toBe(1)
    expect(values[1]).toBeLessThan(1)
    expect(values[2]).toBe(values[1])
    optimizer.dispose()
    disposeParameters([b])
  })
})
