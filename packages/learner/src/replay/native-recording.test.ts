// Alone: it loads TensorFlow's native library.
import { useBackend } from '@onecycle/backend'
import { lookInProject } from '@onecycle/backend/internal'
import type { Callback } from '@onecycle/callbacks'
import * as tf from '@tensorflow/tfjs-core'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { accelerate } from '../accelerate.js'
import { Checkpoint } from '../checkpoint/checkpoint-callback.js'
import { ActivationStats, GradientStats } from '../inspect/index.js'
import { Learner } from '../learner.js'
import { again, counted, fit, networks, passed, resetCounts, trained } from '../testing/replayed-networks.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { recordOnNative } from './native-recording.js'
import { type Replay, setReplay } from './seam.js'

const { findTool } = await import(new URL('../../../../scripts/tools.mjs', import.meta.url).href)
const { folder, missing } = findTool('tfjs-node') as { folder?: string; missing?: string }

const { StepRecording } = missing === undefined ? await import('../../../backend/src/native/step/recorded-step.js') : {}
const recordEach = (after?: number) => recordOnNative(StepRecording!, after)

/** How many tensors the engine has, its backend, and TensorFlow itself. */
function count() {
  const { binding, numDataIds } = tf.backend() as unknown as { binding: { getNumOfTensors(): number }; numDataIds(): number }
  return { engine: tf.memory().numTensors, data: numDataIds.call(tf.backend()), native: binding.getNumOfTensors() }
}

describe.skipIf(missing !== undefined)(`a step on tfjs-node as a graph${missing ? `, left out: ${missing}` : ''}`, () => {
  beforeAll(async () => {
    lookInProject(folder!)
    await useBackend({ prefer: 'node', log: false })
    await accelerate()
    recordEach(0)
  })
  beforeEach(() => {
    resetCounts()
  })
  afterAll(() => setReplay(undefined))

  // What is drawn for a layer of dropout becomes a tensor in JavaScript, another one each time.
  it.each(Object.keys(networks))('trains to the same bits: %s', async name => {
    const make = networks[name]!
    const before = count()
    const usual = await trained(make, undefined, fit)
    expect(await trained(make, counted, fit)).toEqual(usual)
    expect([passed, again]).toEqual(name === 'dropout' ? [12, 0] : [2, 10])
    expect(count()).toEqual(before)
  })

  it.each<[string, () => Callback<Learner>[], expected: [passed: number, again: number]]>([
    ['gradients', () => [new GradientStats({ every: 1 })], [2, 10]],
    ['activations', () => [new ActivationStats({ every: 1 })], [12, 0]],
  ])('leaves it to the pass where somebody looks into it: at %s', async (_, callbacks, expected) => {
    const make = networks['convolutions with batch norm']!
    const usual = await trained(make, undefined, fit, callbacks)
    expect(await trained(make, counted, fit, callbacks)).toEqual(usual)
    expect([passed, again]).toEqual(expected)
  })

  it('tells of a label that is no class as the pass does, and leaves nothing', async () => {
    const broken = async (how: Replay | undefined) => {
      setReplay(how)
      const { data, model } = networks['convolutions']!()
      const learn = new Learner(data, model, { progress: false, seed: 5, log: false })
      const before = count()
      const spoil: Callback<Learner> = {
        name: 'spoil',
        before_batch: learn => void (learn.train_iter === 4 && Object.assign(learn, { yb: tf.tensor1d([0, 1, 7, 1], 'int32') })),
      }
      const error = await learn.fit(1e-2, 1, { callbacks: [spoil] }).catch(error => error as Error)
      const left = count().engine - before.engine
      learn.dispose()
      model.dispose()
      return { message: (error as Error).message, left }
    }
    const usual = await broken(undefined)
    expect(usual.message).toMatch(/the label 7 \(sample 2/)
    expect(await broken(counted)).toEqual(usual)
    expect(again).toBe(3)
  })

  it('is read by TensorFlow once there were several batches of its shapes', async () => {
    recordEach()
    const make = networks['dense, with batch norm']!
    const usual = await trained(make, undefined, learn => learn.fit(1e-2, 3))
    expect(await trained(make, counted, learn => learn.fit(1e-2, 3))).toEqual(usual)
    // Eight and the one that is recorded, of fifteen of four samples; and three of two.
    expect([passed, again]).toEqual([9 + 3, 6])
    recordEach(0)
  })

  it('goes on from a checkpoint to the same bits', async () => {
    const dir = await temporaryFolder()
    const make = networks['residual']!
    const whole = await trained(make, counted, learn => learn.fit(1e-2, 2))
    const stopped = new AbortController()
    const stop: Callback<Learner> = {
      name: 'stop',
      after_batch: ({ train_iter }) => void (train_iter === 8 && stopped.abort(new Error('stop'))),
    }
    const save = () => new Checkpoint({ dir, every: { batches: 1 } })
    await trained(make, counted, learn =>
      learn.fit(1e-2, 2, { callbacks: [save(), stop], signal: stopped.signal }).catch(() => {}),
    )
    resetCounts()
    expect(await trained(make, counted, learn => learn.fit(1e-2, 2, { resume: dir, callbacks: [save()] }))).toEqual(whole)
    expect(again).toBeGreaterThan(0)
  })

  it('keeps memory flat', async () => {
    setReplay(counted)
    const { model, data } = networks['convolutions with batch norm']!()
    const learn = new Learner(data, model, { progress: false, seed: 5, log: false })
    const counts = new Set<string>()
    const look = ({ training, iter }: Learner) => {
      if (training && iter === 3) counts.add(JSON.stringify(count()))
    }
    await learn.fit(1e-3, 10, { callbacks: [{ name: 'look', after_batch: look }] })
    expect(counts.size).toBe(1)
    learn.dispose()
    model.dispose()
  })
})
