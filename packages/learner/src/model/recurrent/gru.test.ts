import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { layers, loadLayersModel, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { load_learner } from '../../export/predictor.js'
import { Learner } from '../../learner.js'
import { mse } from '../../loss/regression.js'
import { tensorsLeftBy } from '../../testing/numerical.js'
import { useCpu } from '../../testing/tiny.js'
import { disposeModel } from '../dispose-model.js'
import { GRU, registerGru } from './gru.js'

beforeAll(useCpu)

const noise = (...shape: number[]) => tf.randomNormal(shape, 0, 1, 'float32', 3)
const net = () =>
  sequential({
    layers: [
      layers.timeDistributed({ layer: layers.dense({ units: 3 }), inputShape: [4, 2] } as never),
      layers.bidirectional({
        layer: new GRU({ units: 3, returnSequences: true, biasInitializer: 'glorotNormal' }),
        mergeMode: 'sum',
      }),
      layers.gru({ units: 2, returnSequences: true }),
      new GRU({ units: 2, activation: 'elu', kernelRegularizer: 'l1l2', dropout: 0.1, recurrentDropout: 0.2, goBackwards: true }),
    ],
  })

async function saved(model: ReturnType<typeof net>): Promise<tf.io.ModelArtifacts> {
  let given: tf.io.ModelArtifacts | undefined
  await model.save(
    tf.io.withSaveHandler(async artifacts => {
      given = { ...JSON.parse(JSON.stringify({ ...artifacts, weightData: undefined })), weightData: artifacts.weightData }
      return { modelArtifactsInfo: { dateSaved: new Date(), modelTopologyType: 'JSON' } }
    }),
  )
  return given!
}

/** What Keras 3.15 says of `keras.layers.GRU(3, name='reader')`. */
const ofKeras = {
  ...{ name: 'reader', trainable: true, dtype: { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null } },
  ...{ return_sequences: false, return_state: false, go_backwards: false, stateful: false, unroll: false, zero_output_for_mask: false },
  ...{ units: 3, activation: 'tanh', recurrent_activation: 'sigmoid', use_bias: true },
  kernel_initializer: { module: 'keras.initializers', class_name: 'GlorotUniform', config: { seed: null, input_axes: null, output_axes: null }, registered_name: null },
  recurrent_initializer: { module: 'keras.initializers', class_name: 'Orthogonal', config: { seed: null, gain: 1 }, registered_name: null },
  bias_initializer: { module: 'keras.initializers', class_name: 'Zeros', config: {}, registered_name: null },
  ...{ kernel_regularizer: null, recurrent_regularizer: null, bias_regularizer: null, activity_regularizer: null },
  ...{ kernel_constraint: null, recurrent_constraint: null, bias_constraint: null },
  ...{ dropout: 0, recurrent_dropout: 0, reset_after: true, seed: null },
} // biome-ignore format: a table

/** A model of this layer as the converter for TensorFlow.js writes it. */
function converted(class_name: string, config: object): tf.io.IOHandler {
  const layers = [
    { class_name: 'InputLayer', config: { batch_input_shape: [null, 4, 2], dtype: 'float32', name: 'x' } },
    { class_name, config },
  ]
  const topology = {
    keras_version: '3.15.1',
    backend: 'jax',
    model_config: { class_name: 'Sequential', config: { name: 'net', layers } },
  }
  return tf.io.fromMemory({ modelTopology: topology, format: 'layers-model' })
}

describe('a GRU that resets after its product', () => {
  it('answers the same when it is saved and loaded, within a Bidirectional too, beside one of TensorFlow.js', async () => {
    const before = tf.memory().numTensors
    const model = net()
    const artifacts = await saved(model)
    const kinds = JSON.stringify(artifacts.modelTopology).match(/"reset_after":(true|false)/g)
    expect(kinds).toEqual(['"reset_after":true', '"reset_after":false', '"reset_after":true'])
    const again = await loadLayersModel(tf.io.fromMemory(artifacts))
    expect(again.layers.map(layer => layer.getClassName())).toEqual(['TimeDistributed', 'Bidirectional', 'GRU', 'GRU'])
    expect(again.layers[3]).toBeInstanceOf(GRU)
    expect(again.layers[2]!.constructor).toBe(layers.gru({ units: 1 }).constructor)
    const [ours, theirs] = [model, again].map(each => tf.tidy(() => [...(each.predict(noise(3, 4, 2)) as tf.Tensor).dataSync()]))
    expect(theirs).toEqual(ours)
    expect(again.toJSON(null, false)).toEqual(model.toJSON(null, false))
    for (const each of [model, again]) disposeModel(each)
    expect(tf.memory().numTensors).toBe(before)
  })

  it('has the weights of Keras', () => {
    const layer = new GRU({ units: 3 })
    layer.apply(tf.zeros([1, 4, 2]))
    expect(layer.weights.map(({ originalName }) => originalName.replace(/.*\//, ''))).toEqual([
      'kernel',
      'recurrent_kernel',
      'bias',
    ])
    expect(layer.getWeights().map(({ shape }) => shape)).toEqual([[2, 9], [3, 9], [2, 9]]) // biome-ignore format: a table
    const { recurrentActivation, kernelInitializer } = layer.getConfig()
    expect([recurrentActivation, kernelInitializer]).toMatchObject([
      'sigmoid',
      { config: { distribution: 'uniform', mode: 'fanAvg' } },
    ])
    layer.dispose()
    const plain = new GRU({ units: 3, useBias: false })
    plain.apply(tf.zeros([1, 4, 2]))
    expect(plain.weights).toHaveLength(2)
    plain.dispose()
  })

  it.each([
    ['GRU', ofKeras],
    ['Bidirectional', { name: 'both', trainable: true, merge_mode: 'concat', layer: { class_name: 'GRU', config: ofKeras } }],
    ['RNN', { name: 'steps', cell: { class_name: 'GRUCell', config: { ...ofKeras, name: 'cell' } } }],
  ])('is made of what Keras says of its own: %s', async (className, config) => {
    const before = tf.memory().numTensors
    const model = await loadLayersModel(converted(className, config))
    expect(model.getWeights().filter(({ rank, shape }) => rank === 2 && shape[0] === 2 && shape[1] === 9).length).toBeGreaterThan(
      1,
    )
    tf.tidy(() => void model.predict(noise(2, 4, 2)))
    disposeModel(model)
    expect(tf.memory().numTensors).toBe(before)
  })

  it('says of what Keras has more that it is not there', async () => {
    const read = loadLayersModel(converted('GRU', { ...ofKeras, time_major: true }))
    await expect(read).rejects.toThrow('GRU has no option timeMajor')
  })

  it('is predicted with where an export has it, whatever else is registered under the name', async () => {
    const x = tf.tidy(() => [...noise(8, 3, 1).dataSync()])
    const data = DataBunch.from_arrays({ x: Float32Array.from(x), shape: [3, 1], y: new Float32Array(8).fill(1), bs: 4, seed: 1 })
    const model = sequential({ layers: [new GRU({ units: 2, inputShape: [3, 1] }), layers.dense({ units: 1 })] })
    const learn = new Learner(data, model, { loss: mse, progress: false, log: false, seed: 1 })
    const files = await learn.exportFiles()
    const { classNameMap } = tf.serialization.SerializationMap.getMap()
    const routed = classNameMap['GRU']!
    class Other extends layers.Layer {
      static readonly className = 'GRU'
    }
    try {
      tf.serialization.registerClass(Other)
      const predictor = await load_learner(files)
      expect(classNameMap['GRU']![0]).toBe(Other)
      const sample = [[0.3], [-1], [2]]
      const [ours, theirs] = [learn.predict([sample]) as tf.Tensor, await predictor.predict([sample])]
      expect(theirs).toEqual([{ value: expect.closeTo(ours.dataSync()[0]!, 6) }])
      ours.dispose()
      predictor.dispose()
    } finally {
      classNameMap['GRU'] = routed
    }
    registerGru()
    expect(classNameMap['GRU']).toBe(routed)
    learn.dispose()
  })

  it('leaves what TensorFlow.js makes as it is', () => {
    expect(() => layers.gru({ units: 2, resetAfter: true } as never)).toThrow('does not support reset_after')
    const stock = layers.gru({ units: 2, name: 'stock' })
    const again = tf.serialization.SerializationMap.getMap().classNameMap['GRU']!
    expect(again[0]).toBe(stock.constructor)
    expect(again[1](again[0], stock.getConfig())).toBeInstanceOf(stock.constructor)
  })

  it('refuses what it cannot be, and leaves nothing', () => {
    const refused: [object, RegExp][] = [
      [{ units: 2.5 }, /units of GRU must be a whole number of at least 1/],
      [{ units: 2, resetAfter: false }, /resetAfter must be true \(layers\.gru of TensorFlow\.js/],
      [{ units: 2, dropout: 1 }, /dropout of GRU is 1/],
      [{ units: 2, recurrentDropout: -1 }, /recurrentDropout of GRU is -1/],
      [{ units: 2, return_sequences: true }, /Did you mean returnSequences/],
      [{ units: 2, activation: 'than' }, /than/],
    ]
    for (const [options, message] of refused) {
      const make = () => new GRU(options as never)
      expect(make).toThrow(message)
      expect(tensorsLeftBy(make)).toBe(0)
    }
  })
})
