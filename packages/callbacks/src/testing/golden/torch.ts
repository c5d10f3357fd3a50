import { ParamScheduler, per_group, type Schedule, torch } from '../../schedule/index.js'
import { FakeOptimizer, fakeFit } from '../fake-learner.js'
import type { Check } from './compare.js'
import type { Fixture } from './fixture.js'
import { fromPython } from './keras-clr.js'
import { raises, traceChecks } from './trace.js'

/** How each kind of PyTorch trace is met, by the beginning of the file's name. */
export const pytorch: Record<string, (fixture: Fixture) => Check[] | Promise<Check[]>> = {
  onecycle: oneCycle,
  cyclic_adam_mom_raises: momentumRaises,
  cyclic: fixture => trace(fixture, torch.CyclicLR(cyclicOptions(fixture['params']))),
  cosine_restarts: fixture =>
    trace(fixture, { lr: torch.CosineAnnealingWarmRestarts({ lr: fixture['params'].optimizer_lr, ...rest(fixture['params']) }) }),
  cosine: fixture =>
    trace(fixture, { lr: torch.CosineAnnealingLR({ lr: fixture['params'].optimizer_lr, ...rest(fixture['params']) }) }),
}

/** What the scheduler is given: all but the description of the optimizer. */
// biome-ignore lint/suspicious/noExplicitAny: the options differ from trace to trace
function rest({ optimizer, n_groups, optimizer_lr, ...options }: Fixture): any {
  return options
}

function cyclicOptions(params: Fixture) {
  const { scale_fn, ...options } = rest(params)
  return { ...options, ...(scale_fn && { scale_fn: fromPython(scale_fn) }) }
}

async function trace(
  { params, ...recorded }: Fixture,
  schedules: { lr: Schedule | readonly Schedule[]; mom?: Schedule },
): Promise<Check[]> {
  const { lr, mom } = schedules
  const opt = new FakeOptimizer({ lr: params.optimizer_lr, mom: 0.9 }, params.n_groups)
  const scheduler = new ParamScheduler(mom ? { lr, mom } : { lr }, { keep: 'next' })
  const run = await fakeFit({ n_epoch: 1, n_batches: recorded['steps'], callbacks: [scheduler], opt })
  const beyond = [lr].flat().map(one => one(recorded['steps'], recorded['steps']))
  return [
    ...traceChecks({ ...recorded, after_fit: mendAfter(recorded) }, run, opt),
    ...(recorded['after']?.lr === undefined
      ? []
      : [
          {
            what: 'lr beyond the end',
            expected: [recorded['after'].lr].flat(),
            actual: beyond.slice(-[recorded['after'].lr].flat().length),
          },
        ]),
  ]
}

/** PyTorch may leave a rate below 0 behind. No optimizer takes that here: the rate of the last batch stays. */
function mendAfter({ after, lr, lr_groups }: Fixture): Fixture {
  const isBelow = [after?.lr ?? 0].flat().some((value: number) => value < 0)
  return isBelow ? { ...after, lr: lr_groups?.at(-1) ?? lr.at(-1) } : after
}

async function oneCycle(fixture: Fixture): Promise<Check[]> {
  const { params, ...recorded } = fixture
  const options = rest(params)
  const make = (max_lr: number) => torch.OneCycleLR({ ...options, max_lr })
  const { mom } = make(0.1)
  if (!recorded['error'])
    return trace(fixture, { lr: per_group(params.max_lr, max_lr => make(max_lr as number).lr), ...(mom && { mom }) })
  const { lr } = make(params.max_lr)
  const at = (schedule: Schedule) => Array.from({ length: recorded['steps'] }, (_, k) => schedule(k, params.total_steps))
  return [
    { what: 'lr', expected: recorded['lr'], actual: at(lr) },
    { what: 'mom', expected: recorded['mom'], actual: at(mom!) },
    raises(() => lr(recorded['error'].at_step_call, params.total_steps), /asked for batch \d+, but its total_steps is \d+/),
  ]
}

/** PyTorch 1.13 refuses to cycle Adam's beta1, later versions do it; we refuse only where there is no momentum at all. */
async function momentumRaises({ params }: Fixture): Promise<Check[]> {
  const scheduler = new ParamScheduler({ ...torch.CyclicLR(cyclicOptions(params)) } as never)
  const fit = fakeFit({ n_epoch: 1, n_batches: 1, callbacks: [scheduler], opt: new FakeOptimizer({ lr: 0.1 }) })
  const error = await fit.then(
    () => new Error('nothing'),
    (thrown: Error) => thrown,
  )
  return [{ what: 'error', expected: true, actual: /no such hyper-parameter/.test(error.message) }]
}
