import { typeError } from '@onecycle/platform'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Encoded, EncodedSample } from '../item-encoder.js'
import { apart, type Samples, samplesOf } from '../samples.js'
import { pack, unpack } from './packed.js'

const values = fc.oneof(
  fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 5 }).map(list => Uint8Array.from(list)),
  fc.array(fc.float(), { maxLength: 5 }).map(list => Float32Array.from(list)),
  fc.array(fc.integer(), { maxLength: 5 }).map(list => Int32Array.from(list)),
)
const encoded: fc.Arbitrary<Encoded> = fc
  .record({ values, scale: fc.constantFrom(undefined, 1 / 255) })
  .map(each => ({ ...each, shape: [each.values.length] }))
/** Mostly alike. */
const samples = fc
  .tuple(
    encoded,
    fc.array(fc.oneof({ arbitrary: fc.constant('alike' as const), weight: 3 }, fc.constant('error' as const), encoded), {
      maxLength: 6,
    }),
  )
  .map(([first, others]) =>
    others.map((each, i): EncodedSample | Error =>
      each === 'error'
        ? new Error(`no ${i}`)
        : { xs: [each === 'alike' ? first : each, first], ys: [{ values: Int32Array.of(i), shape: [] }] },
    ),
  )

function scaledSample(sample: EncodedSample | Error): EncodedSample | Error {
  const done = ({ values, shape, scale = 1 }: Encoded): Encoded => ({
    shape,
    values:
      scale === 1
        ? values
        : values instanceof Int32Array
          ? values.map(value => value * scale)
          : Float32Array.from(values, value => value * scale),
  })
  return sample instanceof Error ? sample : { xs: sample.xs.map(done), ys: sample.ys.map(done) }
}

function listed(samples: Samples): (EncodedSample | Error)[] {
  return apart(samples).map((sample, i) => sample ?? samples.errors.get(i)!)
}

test('samples are what they were when they come out of a buffer, and stay what they are', () => {
  fc.assert(
    fc.property(samples, all => {
      const before = structuredClone(all)
      const packed = pack(samplesOf(all))
      const sent = structuredClone(packed, { transfer: [packed.buffer] })
      expect(listed(unpack(sent))).toEqual(before.map(scaledSample))
      expect(all).toEqual(before)
    }),
  )
})

test('an error keeps its code in another thread', () => {
  const packed = structuredClone(pack(samplesOf([typeError('not-numbers', 'x is text.'), new Error('none')])))
  expect(listed(unpack(packed))).toEqual([typeError('not-numbers', 'x is text.'), new Error('none')])
})

test('of samples that are alike the numbers alone are many', () => {
  const sample = (i: number): EncodedSample => ({ xs: [{ values: Uint8Array.of(i, i, i), shape: [3] }], ys: [] })
  const { runs, buffer } = pack(samplesOf([sample(1), sample(2), new Error('none'), sample(3)]))
  const numbers = (at: number, length: number) => ({ xs: [{ type: 'uint8', at, length, shape: [3] }], ys: [] })
  expect(runs).toEqual([
    { first: 0, count: 2, ...numbers(0, 6) },
    { first: 3, count: 1, ...numbers(6, 3) },
  ])
  expect([...new Uint8Array(buffer)]).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3])
})

test('samples of some places of a batch are told by these', () => {
  const sample = (i: number): EncodedSample => ({ xs: [{ values: Int32Array.of(i), shape: [] }], ys: [] })
  const packed = pack(samplesOf([sample(1), new Error('none'), sample(2), sample(3)]))
  const { runs, errors } = unpack(packed, Int32Array.of(4, 5, 7, 9))
  expect(runs.map(({ places, xs }) => [Array.from(places), Array.from(xs[0]!.values)])).toEqual([
    [[4], [1]],
    [
      [7, 9],
      [2, 3],
    ],
  ])
  expect([...errors.keys()]).toEqual([5])
})
