import type { Callback } from '../../callback.js'
import {
  combine_scheds,
  combined_cos,
  fine_tune,
  flat_cos,
  group_rates,
  lr_find_stop,
  lr_range,
  one_cycle,
  ParamScheduler,
  per_group,
  type Rates,
  SchedCos,
  SchedExp,
  SchedLin,
  SchedNo,
  SchedPoly,
  type Schedule,
  sgdr,
  slice,
} from '../../schedule/index.js'
import { suggestFunctions, trim_curve } from '../../schedule/suggest.js'
import { EarlyStopping, ReduceLROnPlateau, SaveModel, TerminateOnNaN } from '../../tracker/index.js'
import { FakeOptimizer, fakeFit } from '../fake-learner.js'
import type { Check } from './compare.js'
import { printedChecks, stopper } from './fastai-v1.js'
import type { Fixture } from './fixture.js'
import { raises, traceChecks } from './trace.js'

/** How each kind of fastai 2 trace is met, by the beginning of the file's name. */
export const fastai2: Record<string, (fixture: Fixture) => Check[] | Promise<Check[]>> = {
  annealers,
  combine_scheds_exact_sum_assertion: exactSums,
  one_cycle: fit,
  flat_cos: fit,
  sgdr_mult1_raises: () => [
    raises(
      () => sgdr({ lr_max: 0.01, n_cycles: 3, cycle_len: 1, cycle_mult: 1 }),
      /cycle_mult must be at least 2. Use cos_anneal/,
    ),
  ],
  sgdr: fit,
  fit,
  fine_tune: fineTune,
  param_scheduler: paramScheduler,
  lr_find: lrFind,
  suggest: suggest,
  early_stopping: earlyStopping,
  reduce_lr: reduceLr,
  save_model: saveModel,
  terminate_on_nan: terminateOnNaN,
}

const ratesOf = (value: unknown): Rates => {
  if (value === undefined) return 1e-3
  if (typeof value === 'number' || Array.isArray(value)) return value
  const [start, stop] = (value as { slice: [number | null, number] }).slice
  return start === null ? slice(stop) : slice(start, stop)
}

/** The schedules and epochs of a fit method's call. */
function planOf(params: Fixture, groups: number) {
  const { method, args } = params
  const rates = ratesOf(method === 'fit_sgdr' ? args[2] : args[1])
  const lrs = group_rates(rates, groups)
  if (method === 'fit') return { epochs: args[0], schedules: {}, lrs }
  if (method === 'fit_sgdr') {
    const cycles = { n_cycles: args[0], cycle_len: args[1], ...(params['cycle_mult'] && { cycle_mult: params['cycle_mult'] }) }
    return {
      epochs: sgdr({ ...cycles, lr_max: 1 }).epochs,
      schedules: { lr: per_group(lrs, lr_max => sgdr({ ...cycles, lr_max }).lr) },
      lrs,
    }
  }
  const pct = params['pct_start'] === undefined ? {} : { pct_start: params['pct_start'] }
  if (method === 'fit_flat_cos') {
    const options = { ...pct, ...(params['div_final'] && { div_final: params['div_final'] }) }
    return { epochs: args[0], schedules: { lr: per_group(lrs, lr => flat_cos({ ...options, lr }).lr) }, lrs }
  }
  const options = {
    form: 'fastai2' as const,
    ...pct,
    ...(params['div'] && { div_factor: params['div'] }),
    ...(params['div_final'] && { final_div: params['div_final'] }),
    ...(params['moms'] && { moms: params['moms'] }),
  }
  const lr = per_group(lrs, lr_max => one_cycle({ ...options, lr_max }).lr)
  return { epochs: args[0], schedules: { lr, mom: one_cycle({ ...options, lr_max: 1 }).mom }, lrs }
}

async function fit({ params, ...trace }: Fixture): Promise<Check[]> {
  const { epochs, schedules, lrs } = planOf(params, params.n_groups)
  const skipped = params.method === 'fit_one_cycle' ? (params.start_epoch ?? 0) : 0
  const opt = new FakeOptimizer({ lr: lrs, mom: 0.9 }, params.n_groups)
  const scheduler = new ParamScheduler(schedules, { start: skipped * params.n_batches })
  const run = await fakeFit({ n_epoch: epochs - skipped, n_batches: params.n_batches, callbacks: [scheduler], opt })
  return traceChecks(params.method === 'fit_sgdr' ? mendRestarts(params, trace, lrs) : trace, run, opt)
}

/** Where rounding made fastai 2 restart one batch late, the mended value is expected: the restart's. */
function mendRestarts(params: Fixture, trace: Fixture, lrs: readonly number[]): Fixture {
  const lr = [...trace['lr']]
  const groups = trace['lr_groups']?.map((values: number[]) => [...values])
  const [n_cycles, cycle_len] = params['args']
  let restart = 0
  for (let i = 0; i < n_cycles - 1; i++) {
    restart += params['n_batches'] * cycle_len * (params['cycle_mult'] ?? 2) ** i
    if (lr[restart] > 1e-9 * lrs.at(-1)!) continue
    lr[restart] = lrs.at(-1)
    if (groups) groups[restart] = [...lrs]
  }
  return { ...trace, lr, ...(groups && { lr_groups: groups }) }
}

async function fineTune({ params, ...trace }: Fixture): Promise<Check[]> {
  const [epochs, base_lr] = params.args
  const given = {
    base_lr,
    freeze_epochs: params.freeze_epochs,
    lr_mult: params.lr_mult,
    pct_start: params.pct_start,
    div: params.div,
  }
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const plan = fine_tune({ epochs, ...options })
  const opt = new FakeOptimizer({ lr: 1e-3, mom: 0.9 }, params.n_groups)
  const hypers = []
  for (const part of [plan.frozen, plan.unfrozen]) {
    const { pct_start, div_factor } = part
    const shape = { form: 'fastai2' as const, pct_start, div_factor }
    const lr = per_group(group_rates(part.lr_max, params.n_groups), lr_max => one_cycle({ ...shape, lr_max }).lr)
    const callbacks = [new ParamScheduler({ lr, mom: one_cycle({ ...shape, lr_max: 1 }).mom })]
    hypers.push(...(await fakeFit({ n_epoch: part.epochs, n_batches: params.n_batches, callbacks, opt })).hypers)
  }
  const frozen = plan.frozen.epochs * params.n_batches
  return [
    ...traceChecks(trace, { hypers }, opt),
    { what: 'frozen batches', expected: trace['frozen_idx'].filter((index: number) => index > 0).length, actual: frozen },
  ]
}

function annealers({ params, ...trace }: Fixture): Check[] {
  const { start, end, pos } = params
  const schedules: Record<string, Schedule> = {
    lin: SchedLin(start, end),
    cos: SchedCos(start, end),
    no: SchedNo(start, end),
    exp: SchedExp(start, end),
    poly2: SchedPoly(start, end, 2),
    poly_half: SchedPoly(start, end, 0.5),
    combined_cos_pct03: combined_cos(0.3, start, end, start / 10),
    combine_lin_cos_exp: combine_scheds([0.2, 0.5, 0.3], [SchedLin(start, end), SchedCos(end, start), SchedExp(start, end)]),
  }
  return Object.entries(schedules).map(([what, schedule]) => ({
    what,
    expected: trace[what],
    actual: pos.map((p: number) => schedule(p, 1)),
  }))
}

/** The original accepts all of these shares; so must we. */
function exactSums(): Check[] {
  const range = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
  for (const n_cycles of range(1, 6))
    for (const cycle_len of range(1, 5))
      for (const cycle_mult of range(2, 5)) sgdr({ lr_max: 1, n_cycles, cycle_len, cycle_mult })
  for (const i of range(0, 1000)) combined_cos(i / 1000, 0, 1, 0)
  return [raises(() => combine_scheds([0.3, 0.6], [SchedNo(1), SchedNo(2)]), /must sum to 1/)]
}

async function paramScheduler({ params, ...trace }: Fixture): Promise<Check[]> {
  const schedules = Object.fromEntries(
    Object.entries(params.scheds as Record<string, string>).map(([name, text]) => [name, parse(text)]),
  )
  const opt = new FakeOptimizer({ lr: 1e-3, mom: 0.9 })
  const callbacks = [new ParamScheduler(schedules)]
  return traceChecks(trace, await fakeFit({ n_epoch: params.n_epochs, n_batches: params.n_batches, callbacks, opt }), opt)
}

/** Reads the traces' notation: `combine [.3,.7] lin(1e-3,1e-2), cos(1e-2,1e-5)` or `cos(.95,.85)`. */
function parse(text: string): Schedule {
  const scheds = [...text.matchAll(/(lin|cos|exp|no|poly)(\d*)\(([^)]*)\)/g)].map(([, kind, power, ends]) => {
    const [start, end] = ends!.split(',').map(Number) as [number, number]
    if (kind === 'poly') return SchedPoly(start, end, Number(power))
    return { lin: SchedLin, cos: SchedCos, exp: SchedExp, no: SchedNo }[kind!]!(start, end)
  })
  const pcts = text
    .match(/\[(.*)\]/)?.[1]
    ?.split(',')
    .map(Number)
  return pcts ? combine_scheds(pcts, scheds) : scheds[0]!
}

async function lrFind({ params, ...trace }: Fixture): Promise<Check[]> {
  const { start_lr, end_lr, num_it, n_batches, stop_div } = params
  const stop = lr_find_stop({ form: 'fastai2', num_it, stop_div })
  const opt = new FakeOptimizer({ lr: 1e-3, mom: 0.9 })
  const callbacks = [
    new ParamScheduler({ lr: lr_range({ start_lr, end_lr }) }, { steps: Math.max(6, num_it) }),
    stopper(stop, trace['smooth_losses']),
  ]
  const run = await fakeFit({ n_epoch: Math.floor(num_it / n_batches) + 1, n_batches, callbacks, opt })
  const { lrs, losses, offset } = trim_curve(trace['lr'], trace['smooth_losses'], num_it)
  const checks = traceChecks(trace, run, opt)
  checks.push({ what: 'first point', expected: trace['suggestion_input_slice'][0], actual: offset })
  for (const name of ['valley', 'slide', 'minimum', 'steep'] as const)
    checks.push({
      what: name,
      expected: trace['suggestions'][name],
      actual: suggestFunctions[name](lrs, losses)?.lr,
      tolerance: 1e-6,
    })
  return checks
}

function suggest(trace: Fixture): Check[] {
  return (['valley', 'slide', 'minimum', 'steep'] as const).map(what => ({
    what,
    expected: trace['suggestions'][what]?.lr,
    actual: suggestFunctions[what](trace['lrs'], trace['losses'])?.lr,
    tolerance: 1e-6,
  }))
}

/** A fit whose validation losses are scripted; what trackers print and save is kept. */
async function trackedFit({ params, ...trace }: Fixture, make: (log: (message: string) => void) => Callback[]): Promise<Check[]> {
  const printed: string[] = []
  const opt = new FakeOptimizer({ lr: trace['lr'][0], mom: trace['mom'][0] })
  const n_epoch = trace['valid_losses'].length
  const n_batches = trace['iters'][0]
  const valid_loss = (epoch: number) => trace['valid_losses'][epoch]
  const run = await fakeFit({ n_epoch, n_batches, callbacks: make(message => printed.push(message)), opt, valid_loss })
  return [
    ...traceChecks(trace, run, opt),
    { what: 'epochs_run', expected: trace['epochs_run'], actual: run.epochs },
    { what: 'stopped', expected: /stopping/.test(trace['printed'].at(-1)), actual: run.reason === 'stopped' },
    ...printedChecks(trace['printed'], printed),
  ]
}

function earlyStopping(fixture: Fixture): Promise<Check[]> {
  const { patience, min_delta } = fixture['params']
  return trackedFit(fixture, log => [new EarlyStopping({ patience, min_delta, log })])
}

function reduceLr(fixture: Fixture): Promise<Check[]> {
  const { patience, factor, min_lr, min_delta = 0 } = fixture['params']
  return trackedFit(fixture, log => [new ReduceLROnPlateau({ patience, factor, min_lr, min_delta, log })])
}

async function saveModel(fixture: Fixture): Promise<Check[]> {
  const { every_epoch } = fixture['params']
  const saves: [string, number][] = []
  let epoch = -1
  const store = { save: (name: string) => void saves.push([name, epoch]), load: () => {} }
  const counter: Callback = {
    order: 60,
    after_epoch: learn => {
      epoch = learn.epoch
    },
  }
  const checks = await trackedFit(fixture, log => [counter, new SaveModel(store, { every_epoch, log })])
  return [...checks, { what: 'saves', expected: fixture['saves'], actual: saves }]
}

async function terminateOnNaN({ params, ...trace }: Fixture): Promise<Check[]> {
  let recorded = 0
  const recorder: Callback = { order: 50, after_batch: () => void recorded++ }
  const callbacks = [new TerminateOnNaN({ log: () => {} }), recorder]
  const loss = (i: number) => (i === params.nan_at_batch ? Number.NaN : 1)
  const run = await fakeFit({
    n_epoch: params.n_epochs,
    n_batches: params.n_batches,
    callbacks,
    opt: new FakeOptimizer({ lr: 1, mom: 0.9 }),
    loss,
  })
  return [
    { what: 'batches_recorded', expected: trace['batches_recorded'], actual: recorded },
    { what: 'epochs_recorded', expected: trace['epochs_recorded'], actual: run.epochs },
    { what: 'reason', expected: 'diverged', actual: run.reason },
  ]
}
