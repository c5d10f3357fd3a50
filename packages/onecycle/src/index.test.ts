import * as backend from '@onecycle/backend'
import * as callbacks from '@onecycle/callbacks'
import * as data from '@onecycle/data'
import * as learner from '@onecycle/learner'
import * as recorder from '@onecycle/recorder'
import { getBackend } from '@tensorflow/tfjs-core'
import { expect, test } from 'vitest'
import * as onecycle from './index.js'

// A name that two packages export differently would silently be in neither: `export *` drops it.
test('everything that the five packages export is there', () => {
  for (const part of [backend, callbacks, data, learner, recorder]) {
    for (const [name, value] of Object.entries(part)) expect(onecycle, name).toHaveProperty(name, value)
  }
})

test('importing it has chosen a backend', () => {
  expect(getBackend()).toBe('wasm')
})
