// Alone: it loads our sources and a backend.
import '@tensorflow/tfjs-backend-cpu'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import * as onecycle from 'onecycle'
import { DataBunch, Learner } from 'onecycle'
import { beforeAll, describe, expect, it, vi } from 'vitest'
import { root } from './run-program.js'
import { runSnippet } from './run-snippet.js'
import { blocksOf } from './snippets.js'

const file = 'docs/techniques.md'
const page = readFileSync(join(root, file), 'utf8')

beforeAll(async () => {
  await tf.setBackend('cpu')
})

/** What a reader has at hand: small images in two classes, and models for them. */
function reader(inputs: number) {
  const x = Float32Array.from({ length: 20 * inputs }, (_, i) => Math.sin(i))
  const samples = { x: x.slice(0, 16 * inputs), y: Int32Array.from({ length: 16 }, (_, i) => i % 2) }
  const valid = { x: x.slice(16 * inputs), y: Int32Array.of(0, 1, 0, 1) }
  const shape = inputs === 1 ? [1] : [4, 4, 1]
  const data = DataBunch.from_arrays({ ...samples, valid, shape, bs: 4, seed: 1 })
  const model = sequential({
    layers: [
      layers.reshape({ targetShape: [inputs], inputShape: shape }),
      layers.dense({ units: 3 }),
      layers.batchNormalization(),
      layers.dense({ units: 2 }),
    ],
  })
  const generator = sequential({
    layers: [layers.dense({ units: inputs, inputShape: [16] }), layers.reshape({ targetShape: shape })],
  })
  const critic = sequential({
    layers: [layers.reshape({ targetShape: [inputs], inputShape: shape }), layers.dense({ units: 1 })],
  })
  return { data, model, generator, critic, learn: new Learner(data, model, { progress: false, log: false }) }
}

describe('each program', () => {
  it.each(blocksOf(file))('$where', async ({ code }) => {
    vi.spyOn(console, 'log').mockImplementation(() => {})
    const write = vi.spyOn(process.stdout, 'write').mockImplementation(() => true)
    try {
      const { learn, ...others } = reader(code.includes('x: [[0]') ? 1 : 16)
      const weights = () => learn.getWeights()
      const before = await weights()
      await runSnippet(code, { learn, ...others })
      // Those that try a program leave it as it was.
      if (/dryRun|overfit/.test(code)) expect(await weights()).toEqual(before)
      else if (/await learn\.fit/.test(code)) expect(await weights()).not.toEqual(before)
      expect(learn.reason === undefined || ['completed', 'stopped'].includes(learn.reason)).toBe(true)
    } finally {
      write.mockRestore()
      vi.restoreAllMocks()
    }
  })
})

it('has a section of every technique', () => {
  const index = readFileSync(join(root, 'packages/learner/src/technique/index.ts'), 'utf8')
  const names = Object.keys(onecycle).filter(name => new RegExp(`\\b${name}\\b`).test(index))
  expect(names.length).toBeGreaterThan(12)
  for (const name of names.filter(name => name !== 'AdaptiveGANSwitcher')) expect(page).toContain(name)
})
