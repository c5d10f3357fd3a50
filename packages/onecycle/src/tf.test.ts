// Alone: it loads the umbrella, which the others need not.
import * as core from '@tensorflow/tfjs-core'
import * as layers from '@tensorflow/tfjs-layers'
import { expect, test } from 'vitest'
import * as tf from './tf.js'

test('it has all that the two packages have, and nothing else', () => {
  const names = new Set(
    [...Object.keys(core), ...Object.keys(layers)].filter(name => name !== 'default' && name !== 'module.exports'),
  )
  expect(Object.keys(tf).sort()).toEqual([...names].sort())
  const differs = Object.entries(tf).filter(([name, value]) => value !== { ...core, ...layers }[name as keyof typeof tf])
  expect(differs).toEqual([])
})
