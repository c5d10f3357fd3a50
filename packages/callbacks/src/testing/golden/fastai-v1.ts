import type { Callback } from '../../callback.js'
import { CancelFit } from '../../cancel.js'
import {
  annealing_poly,
  fit_fc,
  general_sched,
  group_rates,
  lr_find_stop,
  lr_range,
  minimum,
  one_cycle,
  ParamScheduler,
  per_group,
  type Rates,
  SchedCos,
  SchedExp,
  SchedLin,
  SchedNo,
  type Schedule,
  slice,
  steepest_gradient,
} from '../../schedule/index.js'
import { EarlyStopping, ReduceLROnPlateau, SaveModel, TerminateOnNaN } from '../../tracker/index.js'
import { FakeOptimizer, type FakeTrace, fakeFit } from '../fake-learner.js'
import type { Check } from './compare.js'
import type { Fixture } from './fixture.js'
import { raises, traceChecks } from './trace.js'

/** How each kind of fastai 1 trace is met, by the beginning of the file's name. */
export const fastai1: Record<string, (fixture: Fixture) => Check[] | Promise<Check[]>> = {
  one_cycle_then_fit: oneCycleThenFit,
  one_cycle: oneCycle,
  fit_fc_default_lr_raises: () => [raises(() => fit_fc({ lr: slice(3e-3) as never }), /lr must be a number above 0/)],
  fit_fc: fitFc,
  fit: constantFit,
  general_sched: generalSched,
  lr_find: lrFind,
  lr_range: lrRange,
  early_stopping: earlyStopping,
  reduce_lr: reduceLr,
  save_model: saveModel,
  terminate_on_nan: terminateOnNaN,
}

/** fastai 1's defaults: Adam with beta1 0.9. */
const optimizer = (groups = 1) => new FakeOptimizer({ lr: 3e-3, mom: 0.9 }, groups)

const ratesOf = (value: unknown): Rates => {
  if (typeof value === 'number' || Array.isArray(value)) return value
  if (typeof value === 'string') return slice(3e-3)
  const [start, stop] = (value as { slice: [number | null, number] }).slice
  return start === null ? slice(stop) : slice(start, stop)
}

async function oneCycle({ params, ...trace }: Fixture): Promise<Check[]> {
  const { n_groups: groups, n_batches, n_epochs, tot_epochs, start_epoch } = params
  const rates = ratesOf(params.lr_max)
  const lrs = typeof rates === 'number' ? rates : group_rates(rates, groups)
  const options = {
    form: 'fastai1_cosine' as const,
    moms: params.moms,
    div_factor: params.div_factor,
    pct_start: params.pct_start,
    ...(params.final_div !== null && { final_div: params.final_div }),
  }
  const opt = optimizer(groups)
  const scheduler = new ParamScheduler(
    { lr: per_group(lrs, lr_max => one_cycle({ ...options, lr_max }).lr), mom: one_cycle({ ...options, lr_max: 1 }).mom },
    { keep: 'next', steps: n_batches * (tot_epochs ?? n_epochs), start: n_batches * (start_epoch ?? 0) },
  )
  const run = await fakeFit({ n_epoch: n_epochs - (start_epoch ?? 0), n_batches, callbacks: [scheduler], opt })
  return [...traceChecks(trace, run, opt), { what: 'resolved_lr_max', expected: trace['resolved_lr_max'], actual: lrs }]
}

async function oneCycleThenFit({ params, ...trace }: Fixture): Promise<Check[]> {
  const opt = optimizer()
  const schedules = { ...one_cycle({ form: 'fastai1_cosine', lr_max: params.lr_max }) }
  const scheduler = new ParamScheduler(schedules, { keep: 'next' })
  const [n_epoch, second] = params.n_epochs
  const first = await fakeFit({ n_epoch, n_batches: params.n_batches, callbacks: [scheduler], opt })
  opt.set('lr', params.lr2)
  const then = await fakeFit({ n_epoch: second, n_batches: params.n_batches, callbacks: [], opt })
  return traceChecks(trace, { hypers: [...first.hypers, ...then.hypers] }, opt)
}

async function fitFc({ params, ...trace }: Fixture): Promise<Check[]> {
  const { lr, moms, start_pct } = params
  const opt = optimizer()
  const scheduler = new ParamScheduler({ ...fit_fc({ lr, moms, start_pct }) }, { keep: 'next' })
  return traceChecks(
    trace,
    await fakeFit({ n_epoch: params.n_epochs, n_batches: params.n_batches, callbacks: [scheduler], opt }),
    opt,
  )
}

async function constantFit({ params, ...trace }: Fixture): Promise<Check[]> {
  const opt = optimizer(params.n_groups)
  opt.set('lr', group_rates(ratesOf(params.lr), params.n_groups))
  return traceChecks(trace, await fakeFit({ n_epoch: params.n_epochs, n_batches: params.n_batches, callbacks: [], opt }), opt)
}

type Values = number | [number, number]

/** A schedule from fastai's notation: values and the name of an annealer. */
export function annealer([values, kind]: [Values, string | null]): Schedule {
  const [start, end] = typeof values === 'number' ? [values, 0] : values
  const name = kind ?? (typeof values === 'number' ? 'no' : 'lin')
  if (name.startsWith('poly')) return annealing_poly(start, end, Number(name.slice(4)))
  return { no: SchedNo, lin: SchedLin, cos: SchedCos, exp: SchedExp }[name]!(start, end)
}

async function generalSched({ params, ...trace }: Fixture): Promise<Check[]> {
  const phases = (params.phases as [number, Record<string, [Values, string | null]>][]).map(([length, hps]) => ({
    length,
    params: Object.fromEntries(Object.entries(hps).map(([name, value]) => [name, annealer(value)])),
  }))
  const { schedules, steps } = general_sched(phases)
  const opt = optimizer()
  const scheduler = new ParamScheduler(schedules, { steps, keep: 'next' })
  return traceChecks(
    trace,
    await fakeFit({ n_epoch: params.n_epochs, n_batches: params.n_batches, callbacks: [scheduler], opt }),
    opt,
  )
}

async function lrFind({ params, ...trace }: Fixture): Promise<Check[]> {
  const { n_groups: groups, n_batches, num_it, stop_div } = params
  const starts = group_rates(ratesOf(params.start_lr), groups)
  const ends = group_rates(ratesOf(params.end_lr), groups)
  const lr = starts.map((start_lr, i) => lr_range({ start_lr, end_lr: ends[i]! }))
  const opt = optimizer(groups)
  const stop = lr_find_stop({ num_it, stop_div })
  const callbacks = [new ParamScheduler({ lr }, { steps: num_it, keep: 'next' }), stopper(stop, trace['smooth_losses'])]
  const run = await fakeFit({ n_epoch: Math.ceil(num_it / n_batches), n_batches, callbacks, opt })
  return [...traceChecks(trace, run, opt), ...suggestionChecks(trace)]
}

/** Ends the fit where the rule says so, fed with the losses that the original smoothed. */
export function stopper(stop: (smooth: number) => boolean, smooth: readonly number[]): Callback {
  let batch = 0
  return {
    after_batch: () => {
      if (batch >= smooth.length) throw new Error('the original had stopped by now')
      if (stop(smooth[batch++]!)) throw new CancelFit()
    },
  }
}

function suggestionChecks(trace: Fixture): Check[] {
  const suggestions: Fixture[] = trace['suggestions'] ?? []
  return suggestions.flatMap(({ skip_start, skip_end, min_grad_lr, printed }) => {
    const end = skip_end > 0 ? -skip_end : undefined
    const lrs = trace['lr'].slice(skip_start, end)
    const losses = trace['smooth_losses'].slice(skip_start, end)
    const found = steepest_gradient(lrs, losses)
    const tenth = scientific(minimum(lrs, losses)!.lr)
    return [
      { what: 'min_grad_lr', expected: min_grad_lr, actual: found?.lr },
      {
        what: 'printed',
        expected: printed,
        actual: [`Min numerical gradient: ${scientific(found!.lr)}`, `Min loss divided by 10: ${tenth}`],
      },
    ]
  })
}

const scientific = (value: number) => value.toExponential(2).replace(/e([+-])(\d)$/, 'E$10$2')

function lrRange(trace: Fixture): Check[] {
  return [...trace['cases'], ...trace['slice_stop_only']].map(({ start, stop, n, lrs }) => ({
    what: `slice(${start}, ${stop}) over ${n}`,
    expected: lrs,
    actual: group_rates(start === undefined ? slice(stop) : slice(start, stop), n),
  }))
}

/** A fit whose validation losses are scripted; what trackers print and save is kept. */
async function trackedFit(fixture: Fixture, make: (log: (message: string) => void) => Callback) {
  const { params, ...trace } = fixture
  const printed: string[] = []
  const opt = new FakeOptimizer({ lr: trace['lr'][0], mom: trace['mom'][0] })
  const valid_loss = (epoch: number) => trace['valid_losses'][epoch]
  const callbacks = [make(message => printed.push(message))]
  const run = await fakeFit({ n_epoch: params.n_epochs, n_batches: params.n_batches, callbacks, opt, valid_loss })
  const checks = [...traceChecks(trace, run, opt), { what: 'epochs_run', expected: trace['epochs_run'], actual: run.epochs }]
  return { checks, printed, run }
}

async function earlyStopping(fixture: Fixture): Promise<Check[]> {
  const { monitor, patience, min_delta } = fixture['params']
  const { checks, run } = await trackedFit(
    fixture,
    log => new EarlyStopping({ form: 'fastai1', monitor, patience, min_delta, log }),
  )
  const stopped = fixture['printed'].length > 0
  return [...checks, { what: 'stopped', expected: stopped ? 'stopped' : 'completed', actual: run.reason }]
}

async function reduceLr(fixture: Fixture): Promise<Check[]> {
  const { monitor, patience, factor, min_lr, min_delta } = fixture['params']
  const options = { form: 'fastai1' as const, monitor, patience, factor, min_lr, min_delta }
  const { checks, printed } = await trackedFit(fixture, log => new ReduceLROnPlateau({ ...options, log }))
  return [...checks, { what: 'printed', expected: fixture['printed'], actual: printed }]
}

async function saveModel(fixture: Fixture): Promise<Check[]> {
  const { every, name } = fixture['params']
  const saves: [string, number][] = []
  let epoch = -1
  const store = { save: (fname: string) => void saves.push([fname, epoch]), load: () => {} }
  const { checks, printed } = await trackedFit(fixture, log => {
    const model = new SaveModel(store, { fname: name, every_epoch: every === 'epoch', log })
    return {
      before_fit: learn => model.before_fit(learn),
      after_epoch: learn => {
        epoch = learn.epoch
        return model.after_epoch(learn)
      },
      after_fit: () => model.after_fit(),
    }
  })
  return [...checks, { what: 'saves', expected: fixture['saves'], actual: saves }, ...printedChecks(fixture['printed'], printed)]
}

/** fastai prints the loss in full single precision, and one as 1.0. */
export function printedChecks(expected: string[], actual: string[]): Check[] {
  const number = /\d+(\.\d+)?(e[+-]?\d+)?/g
  const words = (text: string) => text.replace(number, '')
  const numbers = (text: string) => (text.match(number) ?? []).map(Number)
  return [
    { what: 'printed words', expected: expected.map(words), actual: actual.map(words) },
    { what: 'printed numbers', expected: expected.map(numbers), actual: actual.map(numbers), tolerance: 1e-7 },
  ]
}

async function terminateOnNaN({ params, ...trace }: Fixture): Promise<Check[]> {
  const printed: string[] = []
  const run: FakeTrace = await fakeFit({
    n_epoch: params.n_epochs,
    n_batches: params.n_batches,
    callbacks: [new TerminateOnNaN({ form: 'fastai1', log: message => printed.push(message) })],
    opt: optimizer(),
    loss: i => (i === params.nan_at_batch ? Number.NaN : 1),
  })
  return [
    { what: 'batches_run', expected: trace['batches_run'], actual: run.hypers.length },
    { what: 'epochs_recorded', expected: trace['epochs_recorded'], actual: run.epochs },
    { what: 'printed', expected: trace['printed'], actual: printed },
    { what: 'reason', expected: 'diverged', actual: run.reason },
  ]
}
