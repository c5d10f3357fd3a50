// Alone: it loads our sources and a backend.
import '@tensorflow/tfjs-backend-cpu'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import * as onecycle from 'onecycle'
import { type Callback, DataBunch, Learner } from 'onecycle'
import * as tf from 'onecycle/tf'
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { rows, systems, there } from './migration-tables.js'
import { root } from './run-program.js'
import { runSnippet } from './run-snippet.js'

describe('the migration tables', () => {
  it('have rows for every system, of which few say that there is nothing, and most schedules are held to a trace', () => {
    for (const system of systems) expect(rows.filter(({ where }) => where.includes(system)).length).toBeGreaterThan(25)
    const missing = rows.filter(({ code }) => !code)
    for (const { here } of missing) expect(here).toBe('not there')
    expect(missing.length).toBeLessThan(rows.length / 6)
    expect(rows.filter(({ trace }) => trace).length).toBeGreaterThan(40)
  })
})

interface Trace {
  params: { n_batches?: number; n_groups?: number }
  lr: number[]
  mom: (number | null)[] | null
  lr_groups?: number[][]
}

let folder: string
beforeAll(async () => {
  await tf.setBackend('cpu')
  folder = await mkdtemp(join(tmpdir(), 'onecycle-'))
  process.chdir(folder)
  vi.spyOn(console, 'log').mockImplementation(() => {})
})
afterAll(async () => {
  vi.restoreAllMocks()
  process.chdir(root)
  await rm(folder, { recursive: true })
})

/** Small images in two classes, and models for them. */
function reader() {
  const x = Float32Array.from({ length: 16 * 16 }, (_, i) => Math.sin(i))
  const y = Int32Array.from({ length: 16 }, (_, i) => i % 2)
  const data = DataBunch.from_arrays({ x, y, valid: { x, y }, shape: [4, 4, 1], bs: 4, seed: 1 })
  const make = () =>
    sequential({
      layers: [
        layers.reshape({ targetShape: [16], inputShape: [4, 4, 1] }),
        layers.dense({ units: 3 }),
        layers.batchNormalization(),
        layers.dense({ units: 2 }),
      ],
    })
  const options = { metrics: [onecycle.accuracy], progress: false, log: false } as const
  const model = make()
  const generator = sequential({
    layers: [layers.dense({ units: 16, inputShape: [16] }), layers.reshape({ targetShape: [4, 4, 1] })],
  })
  const critic = sequential({
    layers: [layers.reshape({ targetShape: [16], inputShape: [4, 4, 1] }), layers.dense({ units: 1 })],
  })
  const batch = () => ({ xs: tf.zeros([4, 4, 4, 1]), ys: tf.tensor1d([0, 1, 0, 1], 'int32') })
  const source = { size: 2, iterator: async () => [batch(), batch()].values() }
  const parts = new Learner(data, make(), { ...options, layer_groups: [2] })
  return { x, y, data, model, generator, critic, source, parts, learn: new Learner(data, model, options) }
}

describe('each row runs', () => {
  it.each(there.filter(({ trace }) => !trace))('$where', async ({ code }) => {
    await runSnippet(`{${code}}`, { ...onecycle, tf, ...reader() })
  })
})

describe('rates and momenta are those of the original', () => {
  it.each(there.filter(({ trace }) => trace))('$where, $trace', async ({ code, trace }) => {
    const original: Trace = JSON.parse(await readFile(join(root, `packages/callbacks/fixtures/${trace}.json`), 'utf8'))
    const { n_batches = original.lr.length, n_groups = 1 } = original.params
    const x = new Float32Array(n_batches).fill(0.1)
    const data = DataBunch.from_arrays({ x, y: x, shape: [1], bs: 1 })
    const model = sequential({ layers: Array.from({ length: n_groups }, () => layers.dense({ units: 1, inputShape: [1] })) })
    const rates: number[][] = []
    const momenta: number[] = []
    const hear: Callback<Learner> = {
      after_backward({ opt }) {
        rates.push([...opt.get('lr')])
        momenta.push(opt.get('mom').at(-1)!)
      },
    }
    const learn = new Learner(data, model, {
      ...{ progress: false, log: false, callbacks: hear },
      layer_groups: Array.from({ length: n_groups - 1 }, (_, i) => i + 1),
    })
    await runSnippet(`{${code}}`, { ...onecycle, tf, learn, data })

    // fastai 2 rounds the position to single precision.
    const single = trace!.startsWith('fastai_v2/')
    const close = (ours: number, theirs: number, peak: number) =>
      Math.abs(ours - theirs) <= (single ? 1e-6 * peak : 1e-10 * Math.abs(theirs) + 1e-18)
    const groups = original.lr_groups ?? original.lr.map(lr => [lr])
    const peak = Math.max(...groups.flat())
    expect(rates.length).toBe(groups.length)
    for (const [i, theirs] of groups.entries()) {
      // A restart that single precision puts one batch late may come on time.
      if (single && trace!.includes('sgdr') && Math.max(...theirs) < 1e-12) continue
      const ours = original.lr_groups ? rates[i]! : [rates[i]!.at(-1)!]
      expect(
        ours.every((rate, group) => close(rate, theirs[group]!, peak)),
        `batch ${i}: ${ours}, not ${theirs}`,
      ).toBe(true)
    }
    const scheduled = /moms|mom:|one_cycle|cyclic|onecycle|use_clr_beta/i.test(code) && !code.includes('cycle_momentum: false')
    if (!scheduled || !original.mom || trace!.startsWith('keras')) return
    for (const [i, theirs] of original.mom.entries())
      if (theirs !== null)
        expect(close(momenta[i]!, theirs, 1), `momentum of batch ${i}: ${momenta[i]}, not ${theirs}`).toBe(true)
  })
})
