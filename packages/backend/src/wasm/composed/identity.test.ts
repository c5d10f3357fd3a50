import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { useKernels } from '../../testing/compare.js'

describe('identity', () => {
  beforeAll(async () => {
    useKernels('composed')
    await tf.setBackend('wasm')
  })

  it('shares the data and outlives its source', () => {
    const before = tf.engine().backend.numDataIds()
    const source = tf.tensor([1, 2, 3])
    const copy = tf.clone(source)
    expect(tf.engine().backend.numDataIds()).toBe(before + 1)
    source.dispose()
    expect(Array.from(copy.dataSync())).toEqual([1, 2, 3])
    copy.dispose()
    expect(tf.engine().backend.numDataIds()).toBe(before)
  })

  it('keeps a clone of a variable unchanged when the variable is assigned', () => {
    const variable = tf.variable(tf.tensor([1, 2]))
    const saved = tf.clone(variable)
    const next = tf.tensor([3, 4])
    variable.assign(next)
    next.dispose()
    expect(Array.from(saved.dataSync())).toEqual([1, 2])
    expect(Array.from(variable.dataSync())).toEqual([3, 4])
    tf.dispose([variable, saved])
  })

  it('copies text as before', () => {
    const text = tf.tensor(['a', 'b'])
    const copy = tf.clone(text)
    text.dispose()
    expect(copy.dataSync()).toEqual(['a', 'b'])
    copy.dispose()
  })

  it('moves with its data to another backend', async () => {
    const source = tf.tensor([1, 2])
    const copy = tf.clone(source)
    await tf.setBackend('cpu')
    expect(Array.from(tf.add(source, copy).dataSync())).toEqual([2, 4])
    tf.dispose([source, copy])
    await tf.setBackend('wasm')
  })

  it('is what a cast to the same type is, and no other', () => {
    const whole = tf.tensor1d([1, 2], 'int32')
    const [same, other] = [tf.cast(whole, 'int32'), tf.cast(whole, 'float32')]
    expect(same.dataId).toBe(whole.dataId)
    expect(other.dataId).not.toBe(whole.dataId)
    whole.dispose()
    expect([...same.dataSync(), ...other.dataSync()]).toEqual([1, 2, 1, 2])
    tf.dispose([same, other])
  })
})
