import * as tf from '@tensorflow/tfjs-core'
import { type LayersModel, layers, model, type SymbolicTensor, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { useCpu } from '../../testing/tiny.js'
import { ConvLayer } from '../conv-layer.js'
import { layerGroups } from '../layer-groups.js'
import { parametersOf, weightsOf } from '../parameters.js'
import { resnet18, resnet34 } from './resnet.js'
import { resnet9 } from './resnet9.js'
import { unet } from './unet.js'

beforeAll(useCpu)

const trained = (net: LayersModel) => parametersOf(net).reduce((sum, { variable }) => sum + variable.size, 0)
const bits = (net: LayersModel) => weightsOf(net).map(({ variable }) => [...variable.dataSync()])
const shapeOf = (net: LayersModel, shape: [number, number, number, number]) =>
  tf.tidy(() => (net.predict(tf.zeros(shape)) as tf.Tensor).shape)

describe('parameters', () => {
  // torchvision's counts. Of a width w there are a w^2 + b w + c, and three small ones say what those are.
  it.each([
    [resnet18, 11_689_512],
    [resnet34, 21_797_672],
  ])('are as many as torchvision has: %o', (make, count) => {
    const [one, two, four] = [1, 2, 4].map(width => trained(make({ n_out: 1000, width })))
    const a = (four! - one! - 3 * (two! - one!)) / 6
    const b = two! - one! - 3 * a
    expect(a * 64 ** 2 + b * 64 + (one! - a - b)).toBe(count)
  })

  it('are as many as a U-Net and a resnet9 of these channels have', () => {
    const conv = (from: number, to: number, side = 3) => side * side * from * to
    const double = (from: number, to: number) => conv(from, to) + conv(to, to) + 4 * to
    const up = (from: number, to: number) => conv(from, to, 2) + to + double(2 * to, to)
    const net = unet({ n_out: 2, n_in: 1, width: 8, depth: 2 })
    expect(trained(net)).toBe(double(1, 8) + double(8, 16) + double(16, 32) + up(32, 16) + up(16, 8) + 8 * 2 + 2)
    const resnet9Convs = [[3, 8], [8, 16], [16, 16], [16, 16], [16, 32], [32, 64], [64, 64], [64, 64]] as const // biome-ignore format: a table
    expect(trained(resnet9({ n_out: 10, width: 8 }))).toBe(
      resnet9Convs.reduce((sum, [from, to]) => sum + conv(from, to) + 2 * to, 64 * 10 + 10),
    )
  })
})

it('answers pictures of any size, and leaves no tensor', () => {
  const before = tf.memory().numTensors
  const nets = [resnet18({ n_out: 3, n_in: 1, width: 4 }), resnet18({ n_out: 3, n_in: 1, width: 4, stem: 'small' }), resnet9({ n_out: 3, n_in: 1, width: 4 })] // biome-ignore format: a list
  for (const net of nets) for (const side of [16, 33]) expect(shapeOf(net, [2, side, side + 7, 1])).toEqual([2, 3])
  const segmenter = unet({ n_out: 3, n_in: 1, width: 4, depth: 2, up: 'repeat' })
  for (const side of [8, 20]) expect(shapeOf(segmenter, [2, side, side + 4, 1])).toEqual([2, side, side + 4, 3])
  for (const net of [...nets, segmenter]) net.dispose()
  expect(tf.memory().numTensors).toBe(before)
})

describe('a seed', () => {
  it.each([
    ['resnet18', (seed?: number) => resnet18({ n_out: 2, width: 2, seed })],
    ['resnet9', (seed?: number) => resnet9({ n_out: 2, width: 2, seed })],
    ['unet', (seed?: number) => unet({ n_out: 2, width: 2, depth: 1, seed })],
  ])('decides all weights of a %s', (_, make) => {
    expect(bits(make(0))).toEqual(bits(make(0)))
    expect(bits(make(0))).not.toEqual(bits(make(1)))
    expect(bits(make())).not.toEqual(bits(make()))
  })
})

it('begins with norms that have settled soon, and blocks that change nothing', () => {
  const net = resnet18({ n_out: 2, n_in: 1, width: 4, stem: 'small', seed: 1 })
  for (const layer of net.layers)
    if (layer.getClassName() === 'BatchNormalization') expect(layer.getConfig()['momentum']).toBe(0.9)
  const [gamma] = net.getLayer('stage_1_block_1_2_norm').getWeights()
  expect([...gamma!.dataSync()]).toEqual([0, 0, 0, 0])
})

it('has layer groups as fastai has them, which a Learner takes', () => {
  const sizes = (net: LayersModel) => layerGroups(net).map(group => group.length)
  const firstOf = (net: LayersModel) => layerGroups(net).map(([first]) => net.layers[Number.parseInt(first!.name, 10)]!.name)
  const net = resnet18({ n_out: 2, width: 2 })
  expect(firstOf(net)).toEqual(['stem_conv', 'stage_3_block_1_1_conv', 'head'])
  expect(sizes(net).at(-1)).toBe(2)
  expect(firstOf(resnet9({ n_out: 2, width: 2 }))).toEqual(['stem_conv', 'head'])
  expect(firstOf(unet({ n_out: 2, width: 2, depth: 2 }))).toEqual(['down_1_1_conv', 'up_1_transpose'])
})

describe('a U-Net on a body', () => {
  it('sees at each size what the body had there', () => {
    const body = sequential({
      layers: [
        new ConvLayer({ filters: 3, strides: 2, inputShape: [null, null, 1], name: 'half' }),
        layers.batchNormalization({ name: 'norm' }),
        new ConvLayer({ filters: 5, strides: 2, name: 'quarter' }),
      ],
    })
    const net = unet({ n_out: 2, body, seed: 1 })
    const seen = (name: string) => (net.getLayer(name).input as SymbolicTensor[]).map(({ sourceLayer }) => sourceLayer.name)
    expect(seen('up_1')).toEqual(['up_1_transpose', 'norm'])
    expect(seen('up_2')).toEqual(['up_2_transpose', body.inputs[0]!.sourceLayer.name])
    expect(shapeOf(net, [1, 8, 12, 1])).toEqual([1, 8, 12, 2])
    expect(net.layers).toContain(body.layers.find(({ name }) => name === 'half'))
  })

  it('takes one with branches apart', () => {
    const whole = resnet18({ n_out: 2, n_in: 1, width: 2 })
    const body = model({ inputs: whole.inputs, outputs: whole.getLayer('stage_4_block_2_relu').output as SymbolicTensor })
    const net = unet({ n_out: 3, body })
    expect(shapeOf(net, [1, 32, 64, 1])).toEqual([1, 32, 64, 3])
    expect((net.getLayer('up_4').input as SymbolicTensor[])[1]!.sourceLayer.name).toBe('stem_relu')
  })

  it('refuses one that makes no features, or does not halve', () => {
    expect(() => unet({ n_out: 2, body: resnet9({ n_out: 2, width: 2 }) })).toThrow(
      'body of unet, resnet9, is from [any,any,any,3] to [any,2]; expected one picture [batch, height, width, channels] and its features',
    )
    const flat = sequential({ layers: [new ConvLayer({ filters: 2, inputShape: [null, null, 1] })] })
    expect(() => unet({ n_out: 2, body: flat })).toThrow('of a picture of 1024 x 1024; expected a half of it')
  })
})

it('refuses what is out of range', () => {
  expect(() => resnet18({ n_out: 0 })).toThrow('n_out of resnet18')
  expect(() => resnet9({ n_out: 2, width: 1.5 })).toThrow('width of resnet9')
  expect(() => unet({ n_out: 2, dept: 3 } as never)).toThrow('Did you mean depth')
})
