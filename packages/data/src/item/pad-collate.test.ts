import '@tensorflow/tfjs-backend-cpu'
import { setBackend, type Tensor } from '@tensorflow/tfjs-core'
import fc from 'fast-check'
import { beforeAll, expect, test } from 'vitest'
import { disposeOf } from '../batch.js'
import { ItemDataset } from './item-dataset.js'
import type { EncodedSample } from './item-encoder.js'
import { type PadOptions, pad_collate } from './pad-collate.js'

beforeAll(() => setBackend('cpu'))

const sample = (steps: number[][], width = 2): EncodedSample => ({
  xs: [{ values: Float32Array.from(steps.flat()), shape: [steps.length, width] }],
  ys: [{ values: Int32Array.of(steps.length), shape: [] }],
})

test('what was there is there, in one length, a multiple, and lengths and mask say where', () => {
  const steps = fc.array(
    fc.tuple(fc.integer(), fc.integer()).map(pair => [...pair].map(Math.fround)),
    { maxLength: 6 },
  )
  const sides = fc.constantFrom('left' as const, 'right' as const)
  fc.assert(
    fc.property(
      fc.array(steps, { minLength: 1, maxLength: 5 }),
      sides,
      fc.integer({ min: 1, max: 5 }),
      (all, side, multipleOf) => {
        const of = (add: PadOptions['add']) => pad_collate({ value: -7, side, multipleOf, add })(all.map(each => sample(each)))
        const [lengths, masks] = [of('lengths'), of('mask')]
        const length = lengths[0]!.xs[0]!.shape[0]!
        expect(length % multipleOf).toBe(0)
        expect(length - Math.max(1, ...all.map(each => each.length))).toBeLessThan(multipleOf)
        for (const [i, each] of all.entries()) {
          const [padded, told] = lengths[i]!.xs
          const filled = new Array(2 * (length - each.length)).fill(-7)
          expect(padded!.shape).toEqual([length, 2])
          expect([...padded!.values]).toEqual(side === 'left' ? [...filled, ...each.flat()] : [...each.flat(), ...filled])
          expect([[...told!.values], told!.shape, lengths[i]!.ys]).toEqual([[each.length], [], sample(each).ys])
          const zeros = new Array(length - each.length).fill(0)
          const ones = new Array(each.length).fill(1)
          expect([...masks[i]!.xs[1]!.values]).toEqual(side === 'left' ? [...zeros, ...ones] : [...ones, ...zeros])
        }
      },
    ),
  )
})

test('batches of a data set have the further input, and each its own length', async () => {
  const encoder = {
    inputNames: ['letters', 'lengths'],
    load: (word: string) => word,
    encode: (word: string) => ({
      xs: [{ values: Int32Array.from(word, letter => letter.charCodeAt(0) - 96), shape: [word.length] }],
      ys: [],
    }),
    collate: pad_collate({ add: 'lengths' }),
  }
  const words = await ItemDataset.from_items({ items: ['a', 'cab', 'be'], encoder, inputShape: [[3], []] })
  const read = async (...indices: number[]) => {
    const batch = await words.batch(Int32Array.from(indices))
    const values = (batch.xs as Tensor[]).map(each => each.arraySync())
    disposeOf(batch)
    return values
  }
  expect(await read(0, 1)).toEqual([[[1, 0, 0], [3, 1, 2]], [1, 3]]) // biome-ignore format: a table
  expect(await read(2, 0)).toEqual([[[2, 5], [1, 0]], [2, 1]]) // biome-ignore format: a table
})

test.each<[PadOptions, string]>([
  [{ multipleOf: 0 }, 'multipleOf must be a whole number of at least 1'],
  [{ side: 'end' as never }, 'side'],
  [{ pad_idx: 1 } as never, 'pad_collate has no option pad_idx'],
])('refuses %j', (options, message) => {
  expect(() => pad_collate(options)).toThrow(message)
})

test('a single number has no length', () => {
  expect(() => pad_collate()([{ xs: [{ values: Float32Array.of(1), shape: [] }], ys: [] }])).toThrow('one is a single number')
})
