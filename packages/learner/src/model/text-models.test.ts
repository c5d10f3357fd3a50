import * as tf from '@tensorflow/tfjs-core'
import type { LayersModel } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import { standardModel } from '../export/standard-model.js'
import { useCpu } from '../testing/tiny.js'
import { language_model } from './language-model.js'
import { text_classifier } from './text-classifier.js'
import { TokenMask } from './token-mask.js'

beforeAll(useCpu)

const answer = (model: LayersModel, tokens: number[][]) => {
  const x = tf.tensor2d(tokens, undefined, 'int32')
  const y = tf.tidy(() => model.apply(x, { training: false }) as tf.Tensor)
  const values = y.arraySync() as number[][]
  tf.dispose([x, y])
  return values
}

const small = { vocab_sz: 20, out_sz: 3, emb_sz: 4, n_hid: 5, seed: 1 } as const

describe('text_classifier', () => {
  for (const arch of ['conv', 'gru', 'lstm'] as const)
    it(`answers the same however much a text is filled up, with ${arch}, and so does its standard form`, () => {
      const before = tf.memory().numTensors
      const model = text_classifier({ ...small, arch, n_layers: 2 })
      const alone = answer(model, [[2, 5, 9]])[0]!
      const [filled, other] = answer(model, [[2, 5, 9, 1, 1, 1, 1, 1, 1], [2, 5, 9, 4, 4, 4, 4, 4, 4]]) // biome-ignore format: a table
      for (const [i, value] of filled!.entries()) expect(value).toBeCloseTo(alone[i]!, 5)
      expect(Math.abs(other![0]! - alone[0]!)).toBeGreaterThan(1e-4)
      const again = text_classifier({ ...small, arch, n_layers: 2 })
      expect(answer(again, [[2, 5, 9]])[0]).toEqual(alone)
      const standard = standardModel(model)
      for (const [i, value] of answer(standard, [[2, 5, 9, 1, 1]])[0]!.entries()) expect(value).toBeCloseTo(alone[i]!, 5)
      expect(JSON.stringify(standard.toJSON(null, false))).not.toContain('TokenMask')
      for (const each of [model, again, standard]) each.dispose()
      expect(tf.memory().numTensors).toBe(before)
    })

  it('has a layer for each size of filters, and refuses what makes no model', () => {
    const model = text_classifier({ ...small, kernelSizes: [1, 2] })
    expect(model.layers.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['embedding', 'mask', 'conv_1', 'conv_2', 'head']),
    )
    expect(model.countParams()).toBe(20 * 4 + (4 * 5 + 5) + (2 * 4 * 5 + 5) + 10 * 3 + 3)
    expect(() => text_classifier({ ...small, kernelSizes: [2, 2] })).toThrow('expected some sizes, each once.')
    expect(() => text_classifier({ ...small, arch: 'rnn' as never })).toThrow('arch of text_classifier')
    expect(() => text_classifier({ ...small, ps: 1 })).toThrow('ps of text_classifier is 1')
    expect(() => new TokenMask({ vocab_sz: 3, pad: 3 })).toThrow('pad of TokenMask')
  })
})

describe('language_model', () => {
  it('remembers each row from batch to batch, until its states are reset', () => {
    const model = language_model({ vocab_sz: 20, bs: 2, emb_sz: 4, n_hid: 5, n_layers: 2, seed: 1 })
    const rows = [[2, 5, 9, 4], [3, 3, 7, 8]] // biome-ignore format: a table
    const whole = answer(model, rows) as unknown as number[][][]
    model.resetStates()
    answer(model, rows.map(row => row.slice(0, 3))) // biome-ignore format: short
    const [last] = answer(model, rows.map(row => row.slice(3)))[1] as unknown as number[][] // biome-ignore format: short
    for (const [i, value] of last!.entries()) expect(value).toBeCloseTo(whole[1]![3]![i]!, 5)
    const one = standardModel(model, ['softmax'], 1)
    const [alone] = answer(one, [rows[1]!]) as unknown as number[][][]
    const sum = whole[1]![3]!.reduce((sum, value) => sum + Math.exp(value), 0)
    for (const [i, value] of alone![3]!.entries()) expect(value).toBeCloseTo(Math.exp(whole[1]![3]![i]!) / sum, 5)
  })
})
