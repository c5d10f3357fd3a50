import { CancelFit } from '../../cancel.js'
import { fit07, lr_find_stop, lr_range, opt_sched, ParamScheduler, type Schedule, wd_sched07 } from '../../schedule/index.js'
import { WeightAverage } from '../../tracker/index.js'
import { FakeOptimizer, fakeFit } from '../fake-learner.js'
import type { Check } from './compare.js'
import { annealer } from './fastai-v1.js'
import type { Fixture } from './fixture.js'
import { raises, traceChecks } from './trace.js'

/** How each kind of fastai 0.7 trace is met, by the beginning of the file's name. */
export const fastai07: Record<string, (fixture: Fixture) => Check[] | Promise<Check[]>> = {
  use_clr_20_5_too_small_nb4_raises: fitRaises,
  use_clr: fit,
  cos_anneal: fit,
  plain_fit: fit,
  wd_sched: fit,
  lr_find: lrFind,
  warm_up: lrFind,
  opt_sched: optSched,
  swa: swa,
}

const planOf = (params: Fixture) => {
  const { lrs, n_cycle, cycle_len, cycle_mult, use_clr, use_clr_beta } = params
  const given = Object.entries({ lrs, n_cycle, cycle_len, cycle_mult, use_clr, use_clr_beta }).filter(
    ([, value]) => value != null,
  )
  return fit07(Object.fromEntries(given) as never, params['n_batches'])
}

async function fit({ params, ...trace }: Fixture): Promise<Check[]> {
  const plan = planOf(params)
  const opt = new FakeOptimizer({ lr: params.lrs, mom: 0.9, wd: 0 }, params.n_groups)
  const schedules: Record<string, Schedule | readonly Schedule[]> = { lr: plan.lr }
  if (plan.mom) schedules['mom'] = plan.mom
  if (params.use_wd_sched) {
    const { wds, n_cycle, cycle_len, cycle_mult, norm_wds } = params
    schedules['wd'] = wd_sched07({ wds, n_cycle, cycle_len, cycle_mult, norm_wds }, params.n_batches)
  }
  const scheduler = new ParamScheduler(schedules, { keep: 'next' })
  const run = await fakeFit({ n_epoch: plan.epochs, n_batches: params.n_batches, callbacks: [scheduler], opt })
  const checks = traceChecks(trace, run, opt)
  checks.push({ what: 'scheduled momentum', expected: trace['recorded_moms'] !== null, actual: plan.mom !== undefined })
  if (trace['wd']) checks.push({ what: 'wd', expected: trace['wd'], actual: run.hypers.map(values => values['wd']) })
  return [...checks, ...cycleChecks(params, trace, plan.cycle_ends)]
}

/** The original says that a cycle has ended when its last batch is still to come; and never with a single batch. */
function cycleChecks(params: Fixture, trace: Fixture, cycle_ends: number[]): Check[] {
  if (params['n_batches'] === 1) return []
  const expected = (trace['on_cycle_end_calls'] as { batches_finished: number }[]).map(call => call.batches_finished + 1)
  return [{ what: 'cycle ends', expected, actual: cycle_ends }]
}

function fitRaises({ params }: Fixture): Check[] {
  return [raises(() => [planOf(params).lr].flat()[0]!(0, params.n_batches), /needs a cycle of at least cut_div = \d+ batches/)]
}

async function lrFind({ params, ...trace }: Fixture): Promise<Check[]> {
  const { n_batches, n_groups: groups } = params
  const isWarmUp = params.lr !== undefined
  const { start_lr = 1e-5, end_lr = 10 } = isWarmUp ? { end_lr: params.lr } : params
  const starts: number[] = [start_lr].flat()
  const form = isWarmUp || params.linear ? 'fastai07_linear' : 'exponential'
  // The ratio is that of the last group, for all.
  const lr = starts.map(start => lr_range({ start_lr: start, end_lr: (end_lr / starts.at(-1)!) * start, form }))
  const isSecond = trace['raw_valid_losses'] !== null
  const num_it = params.num_it ?? (isSecond ? 100 : undefined)
  const stop = lr_find_stop({ form: 'fastai07', ...(num_it && { num_it }) })
  // Where no losses were prescribed they were 1.
  const smooth = smoothed(trace['raw_losses'] ?? Array<number>(trace['steps'] + 1).fill(1))
  const recorded: number[] = []
  let batch = 0
  const finder = {
    after_batch: () => {
      const loss = smooth[batch++]!
      if (stop(loss)) throw new CancelFit()
      recorded.push(loss)
    },
  }
  const opt = new FakeOptimizer({ lr: 0.01, mom: 0.9 }, groups)
  const scheduler = new ParamScheduler({ lr }, { steps: num_it ?? n_batches })
  const n_epoch = num_it ? Math.floor(num_it / n_batches) + 1 : 1
  const run = await fakeFit({ n_epoch, n_batches, callbacks: [scheduler, finder], opt })
  const kept = { ...run, hypers: run.hypers.slice(0, recorded.length) }
  return [
    ...traceChecks(trace, kept, opt).filter(({ what }) => !what.startsWith('after')),
    { what: 'smooth_losses', expected: trace['smooth_losses'], actual: recorded },
    { what: 'batches_trained', expected: trace['batches_trained'] ?? trace['steps'], actual: run.hypers.length },
  ]
}

/** fastai 0.7 smooths with 0.98, debiased, in double precision. */
function smoothed(losses: readonly number[]): number[] {
  let average = 0
  return losses.map((loss, i) => {
    average = 0.98 * average + 0.02 * loss
    return average / (1 - 0.98 ** (i + 1))
  })
}

async function optSched({ params, ...trace }: Fixture): Promise<Check[]> {
  const phases = (params.phases as Fixture[]).map(({ epochs, lr, lr_decay, mom, mom_decay }) => ({
    length: epochs * params.n_batches,
    params: { lr: annealer([lr, lr_decay ?? null]), mom: annealer([mom, mom_decay ?? null]) },
  }))
  const { schedules, steps } = opt_sched(phases)
  const opt = new FakeOptimizer({ lr: 0.01, mom: 0.9 })
  const scheduler = new ParamScheduler(schedules, { steps })
  return traceChecks(
    trace,
    await fakeFit({ n_epoch: steps / params.n_batches, n_batches: params.n_batches, callbacks: [scheduler], opt }),
    opt,
  )
}

function swa({ params, ...trace }: Fixture): Check[] {
  const swa = new WeightAverage({ swa_start: params.swa_start })
  for (const [i, weights] of trace['weights_per_epoch'].entries()) swa.add(i + 1, weights)
  return [{ what: 'swa_weights', expected: trace['swa_weights'], actual: [...swa.average!], tolerance: 5e-6 }]
}
