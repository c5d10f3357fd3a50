// Alone: it is about which backend there is when onecycle is imported.
import * as backend from '@onecycle/backend'
import * as callbacks from '@onecycle/callbacks'
import * as data from '@onecycle/data'
import * as learner from '@onecycle/learner'
import * as recorder from '@onecycle/recorder'
import { getBackend, setBackend } from '@tensorflow/tfjs-core'
import { describe, expect, test } from 'vitest'
import * as onecycle from './index.js'

// A name that two packages export differently would silently be in neither: `export *` drops it.
test('everything that the five packages export is there', () => {
  for (const part of [backend, callbacks, data, learner, recorder]) {
    for (const [name, value] of Object.entries(part)) expect(onecycle, name).toHaveProperty(name, value)
  }
})

describe('the backend', () => {
  test('is the cpu until it is asked for, and then the best one, with the same values in a model that was made before', async () => {
    expect(getBackend()).toBe('cpu')
    const model = onecycle.simple_cnn([1, 4, 2], { seed: 3 })
    const before = model.getWeights().map(weight => weight.dataSync())
    await Promise.all([onecycle.ready(), onecycle.ready()])
    expect(getBackend()).toBe('wasm')
    expect(model.getWeights().map(weight => weight.dataSync())).toEqual(before)
    const after = onecycle.simple_cnn([1, 4, 2], { seed: 3 })
    expect(after.getWeights().map(weight => weight.dataSync())).toEqual(before)
  })

  test('that the program has set stays', async () => {
    await setBackend('cpu')
    await onecycle.ready()
    expect(getBackend()).toBe('cpu')
  })
})
