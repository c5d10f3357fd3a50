import '@tensorflow/tfjs-backend-cpu'
import { tensor } from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { Column } from './column.js'
import { inputColumns, targetColumn } from './from-values.js'

const look = (columns: ReturnType<typeof inputColumns>) =>
  (columns instanceof Column ? [columns] : Object.values(columns)).map(({ shape, length, dtype, data }) => ({
    shape,
    length,
    dtype,
    data: Array.from(data),
  }))

describe('inputs', () => {
  test('a flat array has the shape given, or one number a sample', () => {
    expect(look(inputColumns(new Float32Array(12), [2, 3]))).toMatchObject([{ shape: [2, 3], length: 2 }])
    expect(look(inputColumns([1, 2, 3], undefined))).toMatchObject([{ shape: [1], length: 3, data: [1, 2, 3] }])
  })

  test('nested lists tell their shape', () => {
    const image = [
      [[1], [2]],
      [[3], [4]],
    ]
    expect(look(inputColumns([image, image, image], undefined))).toMatchObject([
      { shape: [2, 2, 1], length: 3, data: [1, 2, 3, 4, 1, 2, 3, 4, 1, 2, 3, 4] },
    ])
    expect(look(inputColumns([new Float32Array([1, 2]), new Float32Array([3, 4])] as never, undefined))).toMatchObject([
      { shape: [2], length: 2, data: [1, 2, 3, 4] },
    ])
  })

  test('typed arrays and columns are not copied', () => {
    const bytes = new Uint8Array(8)
    expect((inputColumns(bytes, [4]) as Column).data).toBe(bytes)
    const column = new Column(bytes)
    expect(inputColumns(column, undefined)).toBe(column)
  })

  test('several inputs by name keep their order', () => {
    const columns = inputColumns({ image: new Uint8Array(8), age: [30, 40] }, { image: [2, 2] })
    expect(Object.keys(columns)).toEqual(['image', 'age'])
    expect(look(columns)).toMatchObject([
      { shape: [2, 2], length: 2 },
      { shape: [1], length: 2 },
    ])
  })

  test('several inputs as a list have a list of shapes', () => {
    const columns = inputColumns([new Uint8Array(8), new Float32Array(2)], [[2, 2], [1]])
    expect(look(columns)).toMatchObject([{ shape: [2, 2] }, { shape: [1] }])
  })

  test.each([
    [[[1, 2], [3]], undefined, 'x is ragged: a list of 1 stands where others have 2.'],
    [[[1, 2], 3], undefined, 'x is ragged'],
    [[1, '2'], undefined, "x holds '2' where a number is expected."],
    [[[1], [[2]]], undefined, 'x holds [2] where a number is expected.'],
    [new Float32Array(10), [3], 'An array of 10 values does not divide into samples of shape [3]'],
    [new Float32Array(10), [0], 'shape is [0]; expected a list of positive whole numbers'],
    [[new Float32Array(2)], [[1], [1]], 'x lists 1 inputs, but shape lists 2'],
    [{ a: [1] }, { b: [1] }, "shape has an entry 'b', but x has no input of that name; it has a."],
    [undefined, undefined, 'x is undefined; expected an array, or an object of named arrays.'],
    ['abc', undefined, "x is 'abc'"],
    [{ a: 3 }, undefined, 'x is 3; expected a typed array or a list of numbers.'],
    [{ a: [1] }, { toString: [1] }, "shape has an entry 'toString', but x has no input of that name"],
    [tensor([[1]]), undefined, 'x holds a tensor of shape [1,1]; expected arrays. Give tensors to DataBunch.from_tensors.'],
    [[tensor([1])], undefined, 'x holds a tensor of shape [1]'],
    [{ a: tensor([1]) }, undefined, 'x holds a tensor of shape [1]'],
    [Promise.resolve([1]), undefined, 'x is a promise; expected an array, or an object of named arrays. Was an await forgotten?'],
  ])('refuses %j of shape %j', (x, shape, message) => {
    expect(() => inputColumns(x as never, shape as never)).toThrow(message)
  })
})

describe('targets', () => {
  test.each([[[0, 1]], [new Int32Array([0, 1])], [new Uint8Array([0, 1])]])('%j holds labels', y => {
    expect(look(targetColumn(y))).toEqual([{ shape: [], length: 2, dtype: 'int32', data: [0, 1] }])
  })

  test('float arrays and nested lists hold values', () => {
    expect(look(targetColumn(new Float32Array([0, 1])))).toMatchObject([{ shape: [], length: 2, dtype: 'float32' }])
    expect(look(targetColumn(new Float64Array(4), undefined, [2]))).toMatchObject([{ shape: [2], length: 2, dtype: 'float32' }])
    expect(look(targetColumn([[0, 1, 0]]))).toMatchObject([{ shape: [3], length: 1, dtype: 'float32' }])
  })

  test('a list of typed arrays holds a vector for each sample', () => {
    const vectors = look(targetColumn([Float32Array.of(0, 1), Float32Array.of(1, 0)]))
    expect(vectors).toEqual([{ shape: [2], length: 2, dtype: 'float32', data: [0, 1, 1, 0] }])
    expect(look(targetColumn([Int32Array.of(0, 1, 0)]))).toMatchObject([{ shape: [3], length: 1, dtype: 'float32' }])
  })

  test('yes and no are the labels 1 and 0', () => {
    expect(look(targetColumn([true, false, true] as never))).toMatchObject([{ shape: [], dtype: 'int32', data: [1, 0, 1] }])
  })

  test.each([
    [['cat', 'dog'], "y[0] is 'cat'; expected the number of a class"],
    [[0, null], 'y[1] is null'],
    [[0n, 1n], 'y[0] is 0n; expected the number of a class'],
    [new BigInt64Array(2), 'list of numbers. Make numbers of it: Float64Array.from(values, Number).'],
    [tensor([0, 1]), 'y holds a tensor of shape [2]; expected arrays. Give tensors to DataBunch.from_tensors.'],
  ])('refuses the labels %o', (y, message) => {
    expect(() => targetColumn(y as never)).toThrow(message)
  })

  test('what the caller says counts more than the type', () => {
    expect(look(targetColumn([0.5, 2], 'value'))).toMatchObject([{ shape: [], dtype: 'float32', data: [0.5, 2] }])
    expect(look(targetColumn(new Float32Array([0, 1]), 'class'))).toMatchObject([{ shape: [], dtype: 'int32' }])
  })
})
