// Alone: it starts the wasm backend.
import '@tensorflow/tfjs-backend-cpu'
import { createRequire } from 'node:module'
import { dirname } from 'node:path'
import { setWasmPaths } from '@tensorflow/tfjs-backend-wasm'
import { memory, setBackend } from '@tensorflow/tfjs-core'
import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { Column } from './column.js'

const wasm = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm')
beforeAll(() => setWasmPaths(`${dirname(wasm)}/`))

describe.each(['cpu', 'wasm'])('Column on the %s backend', name => {
  let before = 0
  beforeEach(async () => {
    await setBackend(name)
    before = memory().numTensors
  })
  afterEach(() => expect(memory().numTensors).toBe(before))

  const read = (column: Column, ...indices: number[]) => {
    const tensor = column.gather(Int32Array.from(indices))
    const { shape, dtype } = tensor
    const values = Array.from(tensor.dataSync())
    tensor.dispose()
    return { shape, dtype, values }
  }

  test('gathers samples in the order asked for, repeats included', () => {
    const column = new Column(new Float32Array([0, 1, 10, 11, 20, 21]), { shape: [2] })
    expect(column.length).toBe(3)
    expect(read(column, 2, 0, 2)).toEqual({ shape: [3, 2], dtype: 'float32', values: [20, 21, 0, 1, 20, 21] })
  })

  test('every byte becomes exactly value / 255', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    const column = new Column(bytes, { scale: 1 / 255 })
    expect(read(column, ...bytes).values).toEqual(Array.from(bytes, value => Math.fround(value / 255)))
  })

  test.each([2, 3])('repeats a grey value over %i channels', channels => {
    const column = new Column(new Uint8Array([1, 2, 3, 4]), { shape: [1, 2, 1], channels })
    expect(column.shape).toEqual([1, 2, channels])
    const repeat = (value: number) => Array(channels).fill(value)
    expect(read(column, 1, 0)).toEqual({ shape: [2, 1, 2, channels], dtype: 'float32', values: [3, 4, 1, 2].flatMap(repeat) })
  })

  test('an Int32Array stays int32, other integers become float32', () => {
    expect(read(new Column(new Int32Array([7, -8])), 1)).toEqual({ shape: [1], dtype: 'int32', values: [-8] })
    expect(read(new Column(new Uint8Array([7, 8])), 1)).toEqual({ shape: [1], dtype: 'float32', values: [8] })
  })

  test('earlier batches keep their values when later, and smaller, ones are gathered', () => {
    for (const column of [new Column(new Uint8Array([1, 2, 3, 4]), { scale: 2 }), new Column(new Int32Array([1, 2, 3, 4]))]) {
      const [a, b, c] = [[0, 1], [2, 3], [1]].map(indices => column.gather(Int32Array.from(indices)))
      const [one, two, three, four] = [0, 1, 2, 3].map(i => read(column, i).values[0])
      expect([a, b, c].map(tensor => Array.from(tensor!.dataSync()))).toEqual([[one, two], [three, four], [two]])
      for (const tensor of [a, b, c]) tensor!.dispose()
    }
  })
})

test('refuses an array that is no whole number of samples', () => {
  expect(() => new Column(new Float32Array(10), { shape: [2, 2] })).toThrow(
    'An array of 10 values does not divide into samples of shape [2,2], which take 4 values each.',
  )
})

test.each([[[0]], [[2, -1]], [[1.5]], ['28']])('refuses the shape %j', shape => {
  expect(() => new Column(new Float32Array(4), { shape: shape as number[] })).toThrow(
    /shape is .*expected a list of positive whole numbers/,
  )
})

test('refuses to repeat what is not a single channel', () => {
  expect(() => new Column(new Uint8Array(4), { shape: [2, 2], channels: 3 })).toThrow('the shape [2,2] does not end in 1')
  expect(() => new Column(new Uint8Array(4), { shape: [4, 1], channels: 0 })).toThrow(
    'channels must be a whole number of at least 1, but it is 0',
  )
  expect(() => new Column(new Uint8Array(4), { scale: Number.NaN })).toThrow('scale is NaN')
})

test('an Int32Array keeps its type, unless fractions of it are asked for', () => {
  const data = new Int32Array([0, 255])
  expect([new Column(data).dtype, new Column(data, { scale: 1 / 255 }).dtype]).toEqual(['int32', 'float32'])
  expect(() => new Column(data, { scale: 1 / 255, dtype: 'int32' })).toThrow('the dtype int32 has no fractions')
})

test.each([
  [[1, 2], 'The data of a column is [1, 2]; expected a typed array'],
  [undefined, 'The data of a column is undefined'],
  [new BigInt64Array(2), 'The data of a column is a BigInt64Array'],
  [new DataView(new ArrayBuffer(8)), 'The data of a column is a DataView'],
])('refuses to hold %o', (data, message) => {
  expect(() => new Column(data as never)).toThrow(message)
})

test.each([-1, 2])('has no sample %i of two', index => {
  const column = new Column(new Float32Array(4), { shape: [2] })
  expect(() => column.gather(Int32Array.of(0, index))).toThrow(`There is no sample ${index}: the column has 2`)
})
