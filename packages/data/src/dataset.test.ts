import '@tensorflow/tfjs-backend-cpu'
import { dispose, memory, type Tensor } from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import { Column } from './column.js'
import { ArrayDataset, Subset } from './dataset.js'

const floats = (...values: number[]) => new Column(new Float32Array(values))
const labels = (...values: number[]) => new Column(Float64Array.from(values), { dtype: 'int32' })

describe('ArrayDataset', () => {
  test('integer targets are classes, counted by the highest label or as told', () => {
    const data = new ArrayDataset({ x: floats(1, 2, 3), y: labels(0, 2, 1) })
    expect([data.length, data.target, data.c, data.targetShape, data.inputShape]).toEqual([3, 'class', 3, [], []])
    expect(new ArrayDataset({ x: floats(1), y: labels(0), c: 10 }).c).toBe(10)
  })

  test('float targets are values', () => {
    const y = new Column(new Float32Array([1, 2, 3, 4]), { shape: [2] })
    const data = new ArrayDataset({ x: floats(1, 2), y })
    expect([data.target, data.c, data.targetShape]).toEqual(['value', undefined, [2]])
  })

  test('several inputs come as a list, in order', () => {
    const before = memory().numTensors
    const data = new ArrayDataset({
      x: [floats(1, 2), new Column(new Float32Array([1, 2, 3, 4]), { shape: [2] })],
      y: labels(0, 1),
    })
    expect(data.inputShape).toEqual([[], [2]])
    const { xs, ys } = data.batch(Int32Array.of(1))
    expect((xs as Tensor[]).map(x => Array.from(x.dataSync()))).toEqual([[2], [3, 4]])
    dispose([xs, ys].flat())
    expect(memory().numTensors).toBe(before)
  })

  test('inputs and targets may have names, which its batches and parts have too', () => {
    const x = { b: floats(1, 2), a: new Column(new Float32Array([1, 2, 3, 4]), { shape: [2] }) }
    const data = new ArrayDataset({ x, y: { kind: labels(0, 1) } })
    const part = new Subset(data, Int32Array.of(1))
    for (const { inputNames, inputShape, targetName } of [data, part])
      expect([inputNames, inputShape, targetName]).toEqual([['b', 'a'], [[], [2]], 'kind'])
    const batch = part.batch(Int32Array.of(0))
    expect(batch.inputNames).toEqual(['b', 'a'])
    dispose([batch.xs, batch.ys].flat())
  })

  test('a NaN among the inputs is let through', () => {
    expect(new ArrayDataset({ x: floats(Number.NaN), y: labels(0) }).length).toBe(1)
  })
})

describe('ArrayDataset refuses', () => {
  test('no samples', () => {
    expect(() => new ArrayDataset({ x: floats(), y: labels() })).toThrow(
      'There are no samples in the data set; expected at least one.',
    )
    expect(() => new ArrayDataset({ x: [], y: labels(0) })).toThrow('x of the data set is an empty list')
  })

  test('inputs and targets that differ in number', () => {
    expect(() => new ArrayDataset({ x: floats(1, 2, 3), y: labels(0, 1), name: 'the validation set' })).toThrow(
      'x and y of the validation set differ in length: 3 inputs of shape [], but 2 targets of shape [].',
    )
  })

  test.each([
    [[0, 3], 'y[1] of the data set is 3; a class label is a whole number from 0 to 2. Correct the label, or name all classes.'],
    [[-1, 0], 'y[0] of the data set is -1; a class label is a whole number from 0 to 2. Number the classes from 0.'],
    [[0, 1.5], 'y[1] of the data set is 1.5; a class label is a whole number from 0 to 2. To predict values'],
    [[0, Number.NaN], 'y[1] of the data set is NaN'],
  ])('the labels %j of 3 classes', (values, message) => {
    expect(() => new ArrayDataset({ x: floats(1, 2), y: labels(...values), c: 3 })).toThrow(message)
  })

  test.each([[-1], [0.5], [Number.POSITIVE_INFINITY]])('the label %j when the number of classes is not given', value => {
    expect(() => new ArrayDataset({ x: floats(1), y: labels(value) })).toThrow('a class label is a whole number from 0.')
  })

  test('target values that are not finite', () => {
    expect(() => new ArrayDataset({ x: floats(1, 2), y: floats(1, Number.NaN) })).toThrow(
      'y of the data set holds NaN at position 1',
    )
  })
})

test('a subset shows the chosen samples in their order', () => {
  const data = new Subset(new ArrayDataset({ x: floats(10, 11, 12, 13), y: labels(0, 1, 0, 1) }), Int32Array.of(3, 1))
  expect([data.length, data.c, data.target]).toEqual([2, 2, 'class'])
  const { xs, ys } = data.batch(Int32Array.of(1, 0))
  expect(Array.from((xs as Tensor).dataSync())).toEqual([11, 13])
  dispose([xs, ys].flat())
  expect(() => new Subset(data, Int32Array.of(2))).toThrow('index must be a whole number from 0 to 1, but it is 2.')
})
