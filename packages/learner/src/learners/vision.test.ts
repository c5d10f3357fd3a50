// Alone: it starts the wasm backend.
import { useBackend } from '@onecycle/backend'
import { DataBunch, datasets, get_transforms, ImageDataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import type { ClassAnswer } from '../export/answer.js'
import { load_learner } from '../export/predictor.js'
import { create_body } from '../model/image/create-body.js'
import { add_head } from '../model/image/create-head.js'
import { digits_body } from '../model/image/digits-body.js'
import { resnet9 } from '../model/image/resnet9.js'
import { simple_cnn } from '../model/simple-cnn.js'
import { unet_learner } from './unet-learner.js'
import { vision_learner } from './vision-learner.js'

// Convolutions take too long in plain JavaScript.
beforeAll(() => useBackend({ prefer: 'wasm' }))

const side = 16
const random = new Random(3)

/** A bar that lies or stands, somewhere; its mask, and where its middle is. */
function bars(n: number) {
  const x = new Uint8Array(n * side * side)
  const masks = Array.from({ length: n }, () => new Uint8Array(side * side))
  const middles = new Float32Array(n)
  const y = Array.from({ length: n }, (_, i) => {
    const [at, stands] = [2 + random.int(side - 4), i % 2 === 1]
    middles[i] = at / side
    for (let j = 0; j < side * side; j++) {
      const inside = (stands ? j % side : Math.floor(j / side)) === at
      x[i * side * side + j] = (inside ? 200 : 20) + random.int(40)
      masks[i]![j] = Number(inside)
    }
    return stands ? 'stands' : 'lies'
  })
  return { x, y, masks, middles }
}

const { x, y, masks, middles } = bars(48)
const arrays = { x, shape: [side, side], channels: 1 as const, valid_pct: 0.25, bs: 12, seed: 1 }
const lines: string[] = []
const quiet = { progress: false, seed: 1, log: (line: string) => lines.push(line) } as const
const small = (o: { n_in: number; n_out: number; seed?: number | undefined }) => resnet9({ ...o, width: 2 })

describe('vision_learner', () => {
  it('learns classes, says what it chose, and answers a picture as what it exports does', async () => {
    const data = await ImageDataBunch.from_arrays({ ...arrays, y })
    const learn = vision_learner(data, small, quiet)
    expect(lines.pop()).toBe(
      'vision_learner: resnet9, pictures of 16 x 16 x 1; loss cross_entropy over 2 classes, metrics accuracy.',
    )
    await learn.fit_one_cycle(6, 2e-2)
    expect(learn.recorder.history.metrics['accuracy']!.at(-1)).toBeGreaterThan(0.8)
    const before = tf.memory().numTensors
    const picture = { data: x.slice(0, side * side), height: side, width: side, channels: 1 }
    const answer = (await learn.predict(picture)) as ClassAnswer
    expect(answer.label).toBe('lies')
    const predictor = await load_learner(await learn.exportFiles())
    const again = (await predictor.predict([picture, picture])) as ClassAnswer[]
    expect(again.map(({ probs }) => probs['lies'])).toEqual(Array(2).fill(expect.closeTo(answer.probs['lies']!, 5)))
    // Those of a canvas, with what is transparent, and tensors, as tf.browser.fromPixels makes them, are the same picture.
    const rgba = new Uint8ClampedArray(4 * side * side).map((_, i) => (i % 4 === 3 ? 255 : x[i >> 2]!))
    const bytes = tf.tensor3d(Int32Array.from(picture.data), [side, side, 1], 'int32')
    const floats = tf.div<tf.Tensor3D>(bytes, 255)
    const colours = tf.tile(bytes, [1, 1, 3])
    for (const same of [{ data: rgba, height: side, width: side }, bytes, floats, colours])
      for (const answers of [await learn.predict([same]), await predictor.predict([same])] as ClassAnswer[][])
        expect(answers[0]!.probs['lies']).toBeCloseTo(answer.probs['lies']!, 5)
    const batch = tf.expandDims<tf.Tensor4D>(bytes)
    await expect(learn.predict(batch as never)).rejects.toThrow(
      'item 0: A tensor of int32 [1,16,16,1] is no picture; expected [height, width, channels], int32 of bytes or float32 from 0 to 1. Of several, give a list',
    )
    const inputs = tf.expandDims(floats)
    const forward = learn.predict(inputs) as tf.Tensor
    expect(forward.shape).toEqual([1, 2])
    const large = tf.mul<tf.Tensor3D>(floats, 255)
    await expect(learn.predict(large)).rejects.toThrow(/holds \d+; expected values from 0 to 1, or int32 bytes/)
    const wrong = tf.neg<tf.Tensor3D>(bytes)
    await expect(predictor.predict(wrong)).rejects.toThrow(/holds -\d+; expected bytes, from 0 to 255/)
    tf.dispose([bytes, floats, colours, batch, inputs, forward, large, wrong])
    await expect(learn.predict(bytes)).rejects.toThrow('has been disposed')
    predictor.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })

  it('looks at pictures several times, changed as in training', async () => {
    const data = await ImageDataBunch.from_arrays({ ...arrays, y, ds_tfms: get_transforms({ max_rotate: 2 }), size: side })
    const learn = vision_learner(data, small, quiet)
    const before = tf.memory().numTensors
    const of = async (options: object) => {
      const { preds, targets } = await learn.TTA(options)
      const values = [...preds.dataSync()]
      const shape = [preds.shape, targets.shape]
      tf.dispose([preds, targets])
      return { values, shape }
    }
    const { preds, targets } = await learn.get_preds()
    const plain = [...preds.dataSync()]
    tf.dispose([preds, targets])
    const [none, all, one, most] = [await of({ n: 1, beta: 0 }), await of({ n: 2, beta: 1 }), await of({ n: 1, beta: 0.25 }), await of({ n: 1, use_max: true })] // biome-ignore format: a list
    expect(one.shape).toEqual([[12, 2], [12]])
    expect(all.values).toEqual(plain)
    expect(none.values).not.toEqual(plain)
    for (const [i, value] of one.values.entries()) {
      expect(value).toBeCloseTo(0.25 * plain[i]! + 0.75 * none.values[i]!, 5)
      expect(most.values[i]).toBeCloseTo(Math.max(plain[i]!, none.values[i]!), 6)
    }
    expect(await of({})).toEqual(await of({ n: 4, beta: 0.25 }))
    expect(tf.memory().numTensors).toBe(before)
  })

  it('answers with values between ends, and goes on with larger pictures', async () => {
    const values = await ImageDataBunch.from_arrays({ ...arrays, y: middles })
    const learn = vision_learner(values, small, { ...quiet, y_range: [0, 1] })
    expect(lines.pop()).toMatch('loss mse, metrics rmse.')
    const answer = await learn.predict({ data: x.slice(0, side * side), height: side, width: side, channels: 1 })
    expect((answer as { value: number }).value).toBeGreaterThan(0)
    learn.data = await ImageDataBunch.from_arrays({ ...arrays, y: middles, size: 24 })
    await learn.fit_one_cycle(1, 1e-3)
    expect(learn.data.inputShape).toEqual([24, 24, 1])
  })

  it('takes a model as it is, and a body with a new head, which is frozen at first', async () => {
    const data = await ImageDataBunch.from_arrays({ ...arrays, y })
    const own = simple_cnn([1, 4, 2], { seed: 1 })
    expect(vision_learner(data, own, quiet).model).toBe(own)
    const whole = small({ n_in: 1, n_out: 7, seed: 1 })
    const before = tf.memory().numTensors
    const learn = vision_learner(data, whole, { ...quiet, cut: 'pool', lin_ftrs: [4] })
    expect(lines.pop()).toBe(
      'vision_learner: resnet9_body with a new head, pictures of 16 x 16 x 1; loss cross_entropy over 2 classes, metrics accuracy; ' +
        'the body is frozen, until unfreeze() or fine_tune().',
    )
    expect(learn.groups.map(group => group.length)).toEqual([24, 7])
    const bits = (net: LayersModel) => [...net.getLayer('stage_1_conv').getWeights()[0]!.dataSync()]
    const start = bits(whole)
    await learn.fit_one_cycle(1, 1e-2)
    expect(bits(whole)).toEqual(start)
    await learn.fine_tune(1, 1e-2)
    expect(bits(whole)).not.toEqual(start)
    expect(tf.memory().numTensors).toBeGreaterThan(before)
  })

  it('refuses what does not fit, and leaves nothing', async () => {
    const data = await ImageDataBunch.from_arrays({ ...arrays, y })
    const before = tf.memory().numTensors
    const table = DataBunch.from_arrays({ x: new Float32Array(8), y: [0, 1, 0, 1, 0, 1, 0, 1], bs: 2 })
    expect(() => vision_learner(table, small)).toThrow('vision_learner takes pictures [height, width, channels], but the samples of this data have the shape [1]') // biome-ignore format: long
    expect(() => vision_learner(data, 'resnet50' as never)).toThrow(
      "a name (resnet9, resnet18, resnet34), or a LayersModel, but got 'resnet50'",
    )
    expect(() => vision_learner(data, small, { cut: 2 })).toThrow('cut is of a trained LayersModel')
    expect(() => vision_learner(data, small, { metric: [] } as never)).toThrow('Did you mean metrics')
    expect(() => vision_learner(data, small, { metrics: ['nonsense' as never] })).toThrow('nonsense')
    expect(() => unet_learner(data)).toThrow('unet_learner answers for each pixel, but the targets are classes of the shape []')
    const learn = vision_learner(data, small, quiet)
    await expect(learn.TTA()).rejects.toThrow('Nothing is drawn at random for samples of this data')
    await expect(learn.TTA({ beta: 2 })).rejects.toThrow('beta of TTA')
    learn.dispose()
    ;(learn.model as LayersModel).dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})

describe('unet_learner', () => {
  it('learns where things are, and shows it', async () => {
    const data = await ImageDataBunch.from_arrays({ ...arrays, y: masks, classes: ['ground', 'bar'], bs: 4 })
    const learn = unet_learner(data, { ...quiet, width: 4, depth: 2 })
    expect(lines.pop()).toBe(
      'unet_learner: unet of depth 2, pictures of 16 x 16 x 1; loss cross_entropy over 2 classes, metrics accuracy, dice.',
    )
    await learn.fit_one_cycle(8, 2e-2)
    expect(learn.recorder.history.metrics['dice']!.at(-1)).toBeGreaterThan(0.9)
    await expect(learn.TTA()).rejects.toThrow('TTA would compare places in pictures that have moved')
    const answer = await learn.predict({ data: x.slice(0, side * side), height: side, width: side, channels: 1 })
    expect((answer as { steps: ClassAnswer[] }).steps).toHaveLength(side * side)
    const svg = await (await learn.show_results({ n: 3 })).svg()
    expect([svg.match(/<image/g)?.length, svg.match(/>predicted</g)?.length, svg.match(/>actual</g)?.length]).toEqual([6, 3, 3])
  })

  it('takes a trained body, frozen at first', async () => {
    const data = await ImageDataBunch.from_arrays({ ...arrays, y: masks, classes: ['ground', 'bar'] })
    const learn = unet_learner(data, { ...quiet, body: await digits_body() })
    expect(lines.pop()).toMatch('unet on resnet9_body, pictures of 16 x 16 x 1')
    expect(learn.groups.length).toBe(2)
    const odd = await ImageDataBunch.from_arrays({ ...arrays, y: masks, classes: ['ground', 'bar'], size: 20 })
    expect(() => unet_learner(odd, { depth: 3 })).toThrow(
      'halves pictures 3 times, but they are of 20 x 20: 20 is no multiple of 8',
    )
  })
})

describe('bodies', () => {
  it('are cut before a layer, by name or place, and keep their groups', () => {
    const net = small({ n_in: 1, n_out: 2, seed: 1 })
    const shapes = [create_body(net), create_body(net, 'pool'), create_body(net, -2)].map(({ outputs }) => outputs[0]!.shape)
    expect(shapes).toEqual(Array(3).fill([null, null, null, 16]))
    expect(create_body(net, 'stage_2_pool').outputs[0]!.shape).toEqual([null, null, null, 8])
    expect(() => create_body(net, 'nowhere')).toThrow(
      "cut is 'nowhere'; expected a layer after the first, by name or position: 0 picture, 1 stem_conv",
    )
    expect(() => create_body(net, 'head')).toThrow(
      'what comes before head of resnet9 has the shape [any,16]'.replace('head', "'head'"),
    )
    expect(() => add_head(net, { n_out: 2 })).toThrow('add_head: resnet9 does not end in features')
  })

  it('of digits knows them: the mean of its features tells 0 from 1', async () => {
    const before = tf.memory().numTensors
    const body = await digits_body()
    expect(body.countParams()).toBe(26_228)
    const data = await datasets.mnist({ digits: [0, 1], bs: 64 })
    const features = tf.tidy(() => {
      const { xs, ys } = data.valid_ds!.batch(Int32Array.from({ length: 40 }, (_, i) => i * 40)) as {
        xs: tf.Tensor
        ys: tf.Tensor
      }
      return [tf.max(body.predict(xs) as tf.Tensor, [1, 2]), ys].map(each => each.arraySync()) as [number[][], number[]]
    })
    const mean = (digit: number) => {
      const own = features[0].filter((_, i) => features[1][i] === digit && i % 2 === 0)
      return own[0]!.map((_, c) => own.reduce((sum, each) => sum + each[c]!, 0) / own.length)
    }
    const means = [mean(0), mean(1)]
    const far = (a: number[], b: number[]) => a.reduce((sum, each, i) => sum + (each - b[i]!) ** 2, 0)
    const right = features[0].filter(
      (each, i) => i % 2 === 1 && Number(far(each, means[0]!) > far(each, means[1]!)) === features[1][i],
    ).length
    expect(right / 20).toBeGreaterThanOrEqual(0.95)
    body.dispose()
    expect(tf.memory().numTensors).toBe(before)
  })
})
