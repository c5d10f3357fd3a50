import * as tf from '@tensorflow/tfjs-core'
import { input, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { differentiateBy } from '../gradient/tape.js'
import { useCpu } from '../testing/tiny.js'
import { ForwardPass } from './forward-pass.js'
import { parametersOf, weightsOf } from './parameters.js'
import type { Layer, Model } from './trainable-model.js'

beforeAll(useCpu)

const x = () => tf.tensor2d([1, 2, 3, 9], [2, 2])

/** Which running means a training pass moves. */
function moved(net: Model, pass = new ForwardPass(net)): string[] {
  const means = () =>
    weightsOf(net).flatMap(({ name, variable }) => (name.includes('moving_mean') ? [[name, variable.dataSync()] as const] : []))
  const before = new Map(means())
  tf.tidy(() => pass.run(x(), true))
  return means().flatMap(([name, values]) => (values.every((v, i) => v === before.get(name)![i]) ? [] : [name]))
}

const values = (net: Model, training: boolean) =>
  tf.tidy(() => [...(new ForwardPass(net).run(x(), training) as tf.Tensor).dataSync()])

describe('layers that are held', () => {
  /** A batch norm, and one more in a nested model. */
  const net = () => {
    const [outer, inner] = [layers.batchNormalization({ inputShape: [2] }), layers.batchNormalization()]
    const body = sequential({
      layers: [layers.activation({ activation: 'relu', inputShape: [2] }), inner, layers.dense({ units: 1 })],
    })
    return { outer, inner, net: sequential({ layers: [outer, body] }) }
  }

  it('keep their statistics, while others move', () => {
    const { outer, inner, net: whole } = net()
    const pass = new ForwardPass(whole)
    expect(moved(whole, pass)).toEqual(['0.moving_mean', '1.1.moving_mean'])
    pass.hold([inner])
    expect(moved(whole, pass)).toEqual(['0.moving_mean'])
    pass.hold([outer])
    expect(moved(whole, pass)).toEqual(['1.1.moving_mean'])
    pass.hold([])
    expect(moved(whole, pass)).toEqual(['0.moving_mean', '1.1.moving_mean'])
  })

  it('normalize by them, and not by the batch', () => {
    const { outer } = net()
    const alone = sequential({ layers: [outer] })
    const pass = new ForwardPass(alone)
    pass.hold([outer])
    const answer = (training: boolean) => tf.tidy(() => [...(pass.run(x(), training) as tf.Tensor).dataSync()])
    expect(answer(true)).toEqual(answer(false))
  })

  it('are held in this pass only, whatever it throws', () => {
    const { outer, inner, net: whole } = net()
    const pass = new ForwardPass(whole)
    pass.hold([outer, inner])
    moved(whole, pass)
    vi.spyOn(inner, 'call').mockImplementation(() => {
      throw new Error('broken')
    })
    expect(() => tf.tidy(() => pass.run(x(), true))).toThrow('broken')
    vi.restoreAllMocks()
    for (const layer of [outer, inner]) expect(Object.hasOwn(layer, 'call')).toBe(false)
    expect(moved(whole)).toEqual(['0.moving_mean', '1.1.moving_mean'])
  })

  it('follow their class, which may have been accelerated, or a call of their own', () => {
    const { outer, net: whole } = net()
    const pass = new ForwardPass(whole)
    pass.hold([outer])
    const accelerated = vi.spyOn(Object.getPrototypeOf(outer), 'call')
    moved(whole, pass)
    expect(accelerated.mock.contexts).toContain(outer)
    accelerated.mockRestore()
    const own = vi.fn((inputs: tf.Tensor | tf.Tensor[]) => [inputs].flat()[0]!.clone())
    outer.call = own
    moved(whole, pass)
    expect(own).toHaveBeenLastCalledWith(expect.anything(), expect.objectContaining({ training: false }))
    expect(outer.call).toBe(own)
  })
})

describe('a layer that was applied with training of its own (tfjs 7250)', () => {
  const applied = (layer: Layer, training: unknown) => {
    const start = input({ shape: [2] })
    return model({ inputs: start, outputs: layer.apply(start, { training }) as SymbolicTensor })
  }

  it('keeps its statistics with training: false, and moves them without', () => {
    expect(moved(applied(layers.batchNormalization(), false))).toEqual([])
    for (const training of [undefined, null, true]) {
      expect(moved(applied(layers.batchNormalization(), training))).toEqual(['1.moving_mean'])
    }
  })

  it('drops out in use with training: true, and never with false', () => {
    const often = (training: boolean, given: boolean) =>
      Array.from({ length: 20 }, () => values(applied(layers.dropout({ rate: 0.5 }), given), training)).flat()
    expect(often(false, true)).toContain(0)
    expect(often(true, false)).not.toContain(0)
  })

  it('may be a whole body: its statistics stay, and gradients are those of the same function', () => {
    const body = sequential({
      layers: [
        layers.dense({ units: 3, inputShape: [2] }),
        layers.batchNormalization(),
        layers.dense({ units: 2, activation: 'tanh' }),
      ],
    })
    const whole = applied(body, false)
    expect(moved(whole)).toEqual([])
    const gradients = (net: Model, training: boolean) => {
      const pass = new ForwardPass(net)
      const variables = parametersOf(net).map(({ variable }) => variable)
      const loss = () => tf.sum(tf.square(pass.run(x(), training) as tf.Tensor)) as tf.Scalar
      return differentiateBy(loss, variables).map(gradient => [...gradient!.dataSync()])
    }
    expect(gradients(whole, true)).toEqual(gradients(body, false))
  })

  it('is refused by name where it stands twice, and was given different ones', () => {
    const start = input({ shape: [2] })
    const shared = layers.batchNormalization({ name: 'twice' })
    const both = [shared.apply(start, { training: false }), shared.apply(start)] as SymbolicTensor[]
    const net = model({ inputs: start, outputs: layers.add().apply(both) as SymbolicTensor })
    expect(() => new ForwardPass(net)).toThrow(
      /layer twice \(BatchNormalization\).*applied with training: false and without training.*Apply it alike everywhere/s,
    )
    // In a model of its own it stands once.
    expect(() => new ForwardPass(model({ inputs: start, outputs: both[0]! }))).not.toThrow()
  })
})
