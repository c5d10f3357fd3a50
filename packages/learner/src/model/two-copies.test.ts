// Alone: it loads a second copy of TensorFlow.js.
import { createRequire } from 'node:module'
import { engine, type Tensor, zeros } from '@tensorflow/tfjs-core'
import * as ours from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { Learner } from '../learner.js'
import { cross_entropy } from '../loss/cross-entropy.js'
import { points, useCpu } from '../testing/tiny.js'
import type { Model, TrainableModel } from './trainable-model.js'

beforeAll(useCpu)

const require = createRequire(import.meta.url)

/** Another copy, as a program has it that has two in node_modules. */
function another<Module>(name: string): Module {
  const file = require.resolve(name)
  const first = require.cache[file]
  delete require.cache[file]
  const copy = require(file)
  if (first) require.cache[file] = first
  return copy
}

const theirs = another<typeof ours>('@tensorflow/tfjs-layers')
const net = () => theirs.sequential({ layers: [theirs.layers.dense({ units: 2, inputShape: [2] })] })
const learner = (model: unknown) => new Learner(points(), model as Model, { progress: false })

const remedy =
  /npm install @tensorflow\/tfjs@4.22.0 and npm dedupe.*npm ls @tensorflow\/tfjs-layers.*"overrides": \{ "@tensorflow\/tfjs": "4.22.0" \}/

describe('what another copy of tfjs-layers made is refused when the Learner is made (tfjs 592)', () => {
  it('a model, with both versions and what mends it', () => {
    expect(() => learner(net())).toThrow(
      /^The model was made by another copy of @tensorflow\/tfjs-layers \(4.22.0\) than the one that onecycle uses \(4.22.0\)/,
    )
    expect(() => learner(net())).toThrow(remedy)
    const older = net()
    Object.assign(older, { toJSON: () => JSON.stringify({ keras_version: 'tfjs-layers 3.21.0-rc.1' }) })
    expect(() => learner(older)).toThrow(/another copy of @tensorflow\/tfjs-layers \(3.21.0-rc.1\)/)
    Object.assign(older, {
      toJSON: () => {
        throw new Error('no config')
      },
    })
    expect(() => learner(older)).toThrow(/\(its version is not known\).*npm dedupe/)
  })

  it('a functional model, and a layer alone', () => {
    const start = theirs.input({ shape: [2] })
    const dense = theirs.layers.dense({ units: 2 })
    expect(() => learner(theirs.model({ inputs: start, outputs: dense.apply(start) as typeof start }))).toThrow(remedy)
    expect(() => learner(dense)).toThrow(remedy)
  })

  it.each([
    ['in a wrapper', (dense: never) => ours.layers.timeDistributed({ layer: dense, inputShape: [3, 2] })],
    [
      'in a nested model',
      (dense: never) => ours.sequential({ layers: [ours.layers.timeDistributed({ layer: dense, inputShape: [3, 2] })] }),
    ],
  ])('a layer %s of ours', (_, around) => {
    const whole = ours.sequential({ layers: [around(theirs.layers.dense({ units: 1, name: 'theirs' }) as never)] })
    expect(() => learner(whole)).toThrow(/^The layer theirs \(Dense\) of the model was made by another copy/)
  })

  it('but ours are taken, and a plain object, whatever its weights come from', async () => {
    const dense = ours.layers.dense({ units: 2, inputShape: [2], name: 'ours' })
    expect(() => learner(ours.sequential({ layers: [dense] }))).not.toThrow()
    const layer = theirs.layers.dense({ units: 2, inputShape: [2] })
    layer.build([null, 2])
    const plain: TrainableModel = {
      apply: (x, options) => layer.apply(x as Tensor, options) as Tensor,
      trainableWeights: layer.trainableWeights as unknown as TrainableModel['trainableWeights'],
    }
    const before = layer.getWeights()[0]!.dataSync().slice()
    await new Learner(points(), plain, { progress: false, loss: cross_entropy }).fit({ epochs: 1, lr: 0.1 })
    expect(layer.getWeights()[0]!.dataSync()).not.toEqual(before)
  })
})

it('a weight of another copy of tfjs-core is refused, where the two do not share their engine', () => {
  const engines = globalThis as { _tfengine?: unknown }
  const first = engines._tfengine
  delete engines._tfengine
  try {
    const core = another<typeof import('@tensorflow/tfjs-core')>('@tensorflow/tfjs-core')
    Object.assign(engines, { _tfengine: first })
    expect(core.engine()).not.toBe(engine())
    const foreign = Object.assign(Object.create(core.Tensor.prototype), {
      shape: [2],
      dataId: {},
      name: 'theirs',
      isDisposedInternal: false,
    })
    const plain = { apply: () => zeros([4, 2]), trainableWeights: [foreign] }
    expect(() => learner(plain)).toThrow(/^The weight theirs of the model was made by another copy of @tensorflow\/tfjs-core/)
  } finally {
    Object.assign(engines, { _tfengine: first })
  }
})
