import * as tf from '@tensorflow/tfjs-core'
import { beforeAll, expect, it } from 'vitest'
import { expectSameAsCpu, input, useKernels } from '../../testing/compare.js'

beforeAll(() => useKernels('compiled'))

const programs: [string, (x: tf.Tensor) => tf.Tensor][] = [
  [
    'x times the slope of x^2',
    x => {
      const y = tf.square(x)
      return tf.mul(x, tf.grad(() => y)(x))
    },
  ],
  [
    'x^2 and the slope of x^3',
    x => {
      const y = tf.mul(tf.mul(x, x), x)
      return tf.add(tf.square(x), tf.grad(() => y)(x))
    },
  ],
  ['the slope of a slope', x => tf.grad((z: tf.Tensor) => tf.mul(z, tf.mul(z, z)))(x)],
]

it.each(programs)('a gradient goes back through what an outer one saved: %s', async (_, program) => {
  await expectSameAsCpu([input([5])], x => tf.grad((z: tf.Tensor) => tf.sum(program(z)))(x!))
})

it('saving runs no kernel', async () => {
  await tf.setBackend('wasm')
  const x = tf.ones([3])
  const { kernelNames } = await tf.profile(() => tf.grad((z: tf.Tensor) => tf.mul(z, tf.exp(z)))(x))
  expect(kernelNames).not.toContain(tf.Identity)
  x.dispose()
})
