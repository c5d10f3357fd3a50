// Alone: it loads TensorFlow's native library.
import '@tensorflow/tfjs-backend-cpu'
import * as tf from '@tensorflow/tfjs-core'
import { layers } from '@tensorflow/tfjs-layers'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { lookInProject } from '../node/project.js'
import { useBackend } from '../use-backend.js'
import { accelerateNative } from './index.js'
import { fusedStepsOnNative } from './optimizer.js'

const { findTool } = await import(new URL('../../../../scripts/tools.mjs', import.meta.url).href)
const { folder, missing } = findTool('tfjs-node') as { folder?: string; missing?: string }

type Values = Record<string, number>
type Hyper = Readonly<Record<string, number>>

/** One step of one number, in float64. */
const formulas: Record<string, (x: Values, g: number, hyper: Hyper, steps: number) => void> = {
  sgd: (x, g, { lr }) => {
    x['p']! -= lr! * g
  },
  'sgd momentum': (x, g, { lr, mom }) => {
    x['avg'] = mom! * x['avg']! + g
    x['p']! -= lr! * x['avg']!
  },
  adam: (x, g, { lr, mom, sqr_mom, eps }, steps) => {
    x['avg'] = mom! * x['avg']! + (1 - mom!) * g
    x['sqr_avg'] = sqr_mom! * x['sqr_avg']! + (1 - sqr_mom!) * g * g
    const [mean, square] = [x['avg']! / (1 - mom! ** steps), x['sqr_avg']! / (1 - sqr_mom! ** steps)]
    x['p']! -= (lr! * mean) / (Math.sqrt(square) + eps!)
  },
}
const slotsOf: Record<string, string[]> = { sgd: [], 'sgd momentum': ['avg'], adam: ['avg', 'sqr_avg'] }
const hyper = { lr: 0.1, wd: 0.2, mom: 0.9, sqr_mom: 0.99, eps: 1e-5 }
const start = [0.5, -1, 2, 0.25]
const gradientOf = (step: number) => start.map((_, i) => Math.sin(step * 4 + i))

describe.skipIf(missing !== undefined)(`TensorFlow's optimizers${missing ? `, left out: ${missing}` : ''}`, () => {
  let before = { tensors: 0, data: 0 }
  const count = () => ({ tensors: tf.memory().numTensors, data: tf.engine().backend.numDataIds() })
  beforeAll(async () => {
    lookInProject(folder!)
    await useBackend({ prefer: 'node', log: false })
    accelerateNative(layers)
  })
  beforeEach(() => {
    before = count()
  })
  afterEach(() => expect(count()).toEqual(before))

  describe.each(Object.keys(formulas))('%s', name => {
    it.each([
      { rule: name, decays: true },
      { rule: `${name} l2`, decays: true },
      { rule: name, decays: false },
    ])('changes parameter and slots as it is written: $rule, decays: $decays', ({ rule, decays }) => {
      const variable = tf.tidy(() => tf.variable(tf.tensor1d(start)))
      const slots = Object.fromEntries(slotsOf[name]!.map(slot => [slot, tf.zeros([4])]))
      const expected = start.map((p): Values => ({ p, avg: 0, sqr_avg: 0 }))
      for (const steps of [1, 2, 3]) {
        const gradient = tf.tensor1d(gradientOf(steps))
        const step = { parameter: variable, gradient, slots, hyper, decays, steps }
        expect(fusedStepsOnNative(rule, [step])).toBe(true)
        gradient.dispose()
        for (const [i, x] of expected.entries()) {
          const old = x['p']!
          const l2 = decays && rule.endsWith('l2') ? hyper.wd * old : 0
          if (decays && !rule.endsWith('l2')) x['p'] = old * (1 - hyper.lr * hyper.wd)
          formulas[name]!(x, gradientOf(steps)[i]! + l2, hyper, steps)
        }
        // What is read is there at once, and again.
        for (const slot of ['p', ...slotsOf[name]!]) {
          const found = (slot === 'p' ? variable : slots[slot]!).dataSync()
          for (const [i, x] of expected.entries()) expect(found[i]).toBeCloseTo(x[slot]!, 5)
        }
      }
      tf.dispose([variable, ...Object.values(slots)])
    })
  })

  it('leave a clone, and what was set from a tensor, as they were', () => {
    const given = tf.tensor1d(start)
    const variable = tf.variable(given)
    const run = () => {
      const gradient = tf.ones([4])
      expect(fusedStepsOnNative('sgd', [{ parameter: variable, gradient, slots: {}, hyper, decays: false, steps: 1 }])).toBe(true)
      gradient.dispose()
    }
    run()
    const clone = tf.clone(variable)
    const square = tf.square(variable)
    const after = [...variable.dataSync()]
    run()
    expect([...given.dataSync()]).toEqual(start)
    expect([...clone.dataSync()]).toEqual(after)
    expect([...square.dataSync()]).toEqual([...Float32Array.from(after, x => Math.fround(x) ** 2)])
    expect(variable.dataSync()[0]).toBeCloseTo(0.3, 6)
    // What is set anew begins anew.
    variable.assign(given)
    run()
    expect(variable.dataSync()[0]).toBeCloseTo(0.4, 6)
    expect([...given.dataSync()]).toEqual(start)
    tf.dispose([given, variable, clone, square])
  })

  it('leave rules that TensorFlow has otherwise, and slots that others hold, alone', () => {
    const variable = tf.tidy(() => tf.variable(tf.tensor1d(start)))
    const [gradient, avg] = [tf.ones([4]), tf.zeros([4])]
    const step = { parameter: variable, gradient, slots: { avg }, hyper, decays: true, steps: 1 }
    const clone = tf.clone(avg)
    expect(fusedStepsOnNative('sgd momentum', [step])).toBe(false)
    expect(fusedStepsOnNative('rmsprop', [step])).toBe(false)
    expect([...variable.dataSync()]).toEqual(start)
    tf.dispose([clone, gradient, avg])
    variable.dispose()
  })
})
