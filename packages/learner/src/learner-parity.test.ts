import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { type Callback, type Rates, slice } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import * as tf from '@tensorflow/tfjs-core'
import { layers, sequential } from '@tensorflow/tfjs-layers'
import { beforeAll, describe, expect, it } from 'vitest'
import {
  type FineTuneFitOptions,
  type FitOptions,
  type FlatCosFitOptions,
  Learner,
  type LrFindOptions,
  type OneCycleFitOptions,
  type SgdrFitOptions,
} from './learner.js'
import { useCpu } from './testing/tiny.js'

beforeAll(useCpu)

const folder = fileURLToPath(new URL('../../callbacks/fixtures/', import.meta.url))

interface Trace {
  params: Record<string, unknown> & { n_batches: number; n_groups?: number }
  lr: number[]
  mom: (number | null)[]
  lr_groups?: number[][]
  after_fit?: { lr: number[]; mom: number[] | number }
}

/** Traces of one system by name, but those that record a refusal. */
function traces(system: string, pattern: RegExp): [string, Trace][] {
  const names = readdirSync(folder + system).filter(
    name => pattern.test(name) && !name.includes('raises') && !name.includes('never_resets'),
  )
  return names.map(name => [name.replace('.json', ''), JSON.parse(readFileSync(`${folder}${system}/${name}`, 'utf8'))])
}

/** A Learner with that many training batches and layer groups, on one sample a batch. */
function learnerFor({ n_batches, n_groups = 1 }: Trace['params']): { learn: Learner; heard: Heard } {
  const data = DataBunch.from_arrays({
    x: new Float32Array(n_batches).fill(0.1),
    y: new Float32Array(n_batches),
    shape: [1],
    bs: 1,
  })
  const model = sequential({ layers: Array.from({ length: n_groups }, () => layers.dense({ units: 1, inputShape: [1] })) })
  const heard: Heard = { lr: [], mom: [] }
  const listen: Callback<Learner> = {
    order: 1,
    after_backward({ opt }) {
      heard.lr.push([...opt.get('lr')])
      heard.mom.push(opt.get('mom').at(-1)!)
    },
  }
  const layer_groups = Array.from({ length: n_groups - 1 }, (_, i) => i + 1)
  return { learn: new Learner(data, model, { progress: false, callbacks: [listen], layer_groups }), heard }
}

/** The options among a trace's parameters that were given. */
function pick<Options>(params: Record<string, unknown>, keys: (keyof Options & string)[]): Options {
  return Object.fromEntries(keys.flatMap(key => (params[key] == null ? [] : [[key, params[key]]]))) as Options
}

interface Heard {
  lr: number[][]
  mom: number[]
}

/** A rate, a list, or what a slice was; undefined where the original's default was used. */
function ratesOf(value: unknown): Rates | undefined {
  if (typeof value !== 'object' || Array.isArray(value)) return typeof value === 'string' ? undefined : (value as Rates)
  const range = (value as { slice: (number | null)[] }).slice
  const [start, stop] = range.filter(each => each !== null) as [number, number?]
  return stop === undefined ? slice(start) : slice(start, stop)
}

function expectClose(
  actual: readonly number[],
  expected: readonly (number | null)[],
  tolerance: (value: number) => number,
): void {
  expect(actual.length).toBe(expected.length)
  for (const [i, value] of expected.entries()) {
    if (value !== null && !Object.is(actual[i], value))
      expect(Math.abs(actual[i]! - value), `batch ${i}: ${actual[i]}, not ${value}`).toBeLessThanOrEqual(tolerance(value))
  }
}

/** The double-precision systems within 1e-10 relative; fastai 2 rounds positions to float32: within 1e-6 of the group's own peak. */
function expectTrace(heard: Heard, { lr, mom, lr_groups }: Trace, single: boolean): void {
  const momTolerance = (value: number) => (single ? 1e-6 : 1e-10 * Math.abs(value))
  const groups = lr_groups ? lr_groups[0]!.map((_, group) => lr_groups.map(rates => rates[group]!)) : [lr]
  for (const [group, expected] of groups.entries()) {
    const peak = Math.max(...expected)
    expectClose(
      heard.lr.map(rates => rates[lr_groups ? group : rates.length - 1]!),
      expected,
      value => (single ? 1e-6 * peak : 1e-10 * Math.abs(value) + 1e-18),
    )
  }
  expectClose(heard.mom, mom, momTolerance)
}

interface Curve {
  raw_losses: (number | string)[]
  smooth_losses: (number | string)[]
  /** fastai 2: by method; fastai 1: by what is skipped. */
  suggestions?: Record<string, number> | { skip_start: number; skip_end: number; min_grad_lr: number }[]
}

describe('the Learner trains at the rates the originals trained at', () => {
  it.each(traces('fastai_v1', /^one_cycle_(?!then|resume|tot)/))('fastai 1, %s', async (_name, trace) => {
    const { n_epochs, lr_max, ...rest } = trace.params
    const { learn, heard } = learnerFor(trace.params)
    const options = pick<OneCycleFitOptions>(rest, ['moms', 'div_factor', 'pct_start', 'final_div'])
    await learn.fit_one_cycle(n_epochs as number, ratesOf(lr_max) ?? 3e-3, { form: 'fastai1_cosine', ...options })
    expectTrace(heard, trace, false)
  })

  it.each(traces('fastai_07', /^(use_clr_|cos_anneal_|plain_fit)/))('fastai 0.7, %s', async (_name, trace) => {
    const { learn, heard } = learnerFor(trace.params)
    const options = pick<FitOptions>(trace.params, ['cycle_len', 'cycle_mult', 'use_clr', 'use_clr_beta'])
    await learn.fit(trace.params['lrs'] as Rates, trace.params['n_cycle'] as number, options)
    const hasMomentum = (options.use_clr ?? options.use_clr_beta)?.length === 4
    expectTrace(heard, hasMomentum ? trace : { ...trace, mom: heard.mom }, false)
  })

  it.each(traces('fastai_v2', /^(one_cycle|flat_cos|sgdr)_/))('fastai 2, %s', async (name, trace) => {
    const { args, method = 'fit_one_cycle' } = trace.params as { args?: unknown[]; method?: string } & Trace['params']
    const [first, ...others] = args as [number, ...unknown[]]
    const { learn, heard } = learnerFor(trace.params)
    const renamed = { ...trace.params, div_factor: trace.params['div'], final_div: trace.params['div_final'] }
    // fastai 2's own default rate is 1e-3; ours is fastai 1's.
    const rate = (value: unknown) => (value === undefined ? 1e-3 : ratesOf(value))
    if (method === 'fit_one_cycle') {
      const options = pick<OneCycleFitOptions>(renamed, ['moms', 'div_factor', 'pct_start', 'final_div', 'start_epoch'])
      await learn.fit_one_cycle(first, rate(others[0]), { form: 'fastai2', ...options })
    } else if (method === 'fit_flat_cos') {
      await learn.fit_flat_cos(first, rate(others[0]), pick<FlatCosFitOptions>(renamed, ['pct_start', 'div_final']))
    } else {
      await learn.fit_sgdr(first, others[0] as number, rate(others[1]), pick<SgdrFitOptions>(renamed, ['cycle_mult']))
    }
    // The restart that float32 positions put one batch late (fit_sgdr) may come on time.
    const restarts = name.startsWith('sgdr') ? trace.lr.flatMap((value, i) => (value < 1e-12 ? [i] : [])) : []
    for (const i of restarts) heard.lr[i] = trace.lr_groups?.[i] ?? [trace.lr[i]!]
    expectTrace(heard, { ...trace, mom: method === 'fit_one_cycle' ? trace.mom : heard.mom }, true)
  })

  it.each(traces('fastai_v2', /^fine_tune_/))('fastai 2, %s', async (_name, trace) => {
    const { args, base_lr } = trace.params as unknown as { args: [number, number?]; base_lr?: number }
    const { learn, heard } = learnerFor(trace.params)
    const options = pick<FineTuneFitOptions>(trace.params, ['freeze_epochs', 'lr_mult', 'pct_start', 'div'])
    await learn.fine_tune(args[0], args[1] ?? base_lr ?? 2e-3, options)
    expectTrace(heard, trace, true)
  })
})

describe('lr_find tries the rates that the originals tried', () => {
  const ofCurves = /^lr_find_(?!curve)/
  const all = [
    ...traces('fastai_v1', ofCurves).map(([name, trace]) => ['fastai1', name, trace] as const),
    ...traces('fastai_v2', ofCurves).map(([name, trace]) => ['fastai2', name, trace] as const),
    ...traces('fastai_07', ofCurves).map(([name, trace]) => ['fastai07', name, trace] as const),
  ]
  it.each(all)('%s, %s', async (form, _name, trace) => {
    const { learn, heard } = learnerFor(trace.params)
    const { start_lr, end_lr, ...rest } = trace.params
    const options = pick<LrFindOptions>(rest, ['num_it', 'stop_div', 'linear'])
    const range = {
      ...(start_lr != null && { start_lr: ratesOf(start_lr)! }),
      ...(end_lr != null && { end_lr: ratesOf(end_lr)! }),
    }
    const found = await learn.lr_find({ form, ...options, ...range, stop_div: false })
    expectClose(found.lrs, trace.lr, value => 1e-10 * value)
    if (trace.lr_groups) expectClose(heard.lr.slice(0, found.lrs.length).flat(), trace.lr_groups.flat(), value => 1e-10 * value)
  })
})

describe('lr_find sees the losses that the originals saw, and suggests what they suggested', () => {
  const ofCurves = /^lr_find_curve/
  const all = [
    ...traces('fastai_v1', ofCurves).map(([name, trace]) => ['fastai1', name, trace] as const),
    ...traces('fastai_v2', ofCurves).map(([name, trace]) => ['fastai2', name, trace] as const),
    ...traces('fastai_07', ofCurves).map(([name, trace]) => ['fastai07', name, trace] as const),
  ]
  /** The originals suggest the first rate that they look at; here the loss that never falls suggests none. */
  const neverFalls = /constant|diverge/

  it.each(all)('%s, %s', async (form, name, trace) => {
    const { learn } = learnerFor(trace.params)
    const options = pick<LrFindOptions>(trace.params, ['start_lr', 'end_lr', 'num_it', 'stop_div'])
    const { raw_losses, smooth_losses, suggestions } = trace as unknown as Curve
    let batch = 0
    const prescribed: Callback<Learner> = {
      after_loss(l) {
        l.loss = tf.add(tf.mul(l.loss, 0), Number(raw_losses[batch++])) as tf.Scalar
      },
    }
    const found = await learn.lr_find({ form, ...options, callbacks: [prescribed] })
    expectClose(found.lrs, trace.lr, value => 1e-10 * value)
    // The originals of two forms smooth in single precision.
    const close = form === 'fastai07' ? 1e-9 : 5e-6
    expectClose(found.smooth_losses, smooth_losses.map(Number), value => close * Math.abs(value))
    const expected = Array.isArray(suggestions)
      ? { steepest_gradient: suggestions.find(({ skip_start, skip_end }) => skip_start === 10 && skip_end === 5)!.min_grad_lr }
      : (suggestions ?? {})
    for (const [method, lr] of Object.entries(expected)) {
      const ours = found.suggestions[method]?.lr
      if (neverFalls.test(name)) expect(ours).toBeUndefined()
      else expect(ours! / lr, method).toBeCloseTo(1, 5)
    }
  })
})

it('continues a cycle that was cut into parts as if it had not been cut', async () => {
  const params = { n_batches: 7 }
  const whole = learnerFor(params)
  await whole.learn.fit_one_cycle(5, 1e-2)
  const parts = learnerFor(params)
  await parts.learn.fit_one_cycle(2, 1e-2, { tot_epochs: 5 })
  await parts.learn.fit_one_cycle(5, 1e-2, { start_epoch: 2 })
  expect(parts.heard).toEqual(whole.heard)
})
