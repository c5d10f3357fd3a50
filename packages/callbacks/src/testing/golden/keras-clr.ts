import type { Callback } from '../../callback.js'
import { CyclicLR } from '../../schedule/index.js'
import { FakeOptimizer, fakeFit } from '../fake-learner.js'
import type { Check } from './compare.js'
import type { Fixture } from './fixture.js'
import { raises } from './trace.js'

/** How each kind of Keras CLR trace is met, by the beginning of the file's name. */
export const kerasClr: Record<string, (fixture: Fixture) => Check[] | Promise<Check[]>> = {
  invalid_mode: ({ params }) => [raises(() => new CyclicLR({ mode: params.mode }), /mode must be one of/)],
  '': cyclic,
}

async function cyclic({ params, ...trace }: Fixture): Promise<Check[]> {
  const { base_lr, max_lr, step_size, mode, gamma, scale_mode, batches_per_fit, resets } = params
  const scale = params.scale_fn && { scale_fn: fromPython(params.scale_fn) }
  const clr = new CyclicLR({ base_lr, max_lr, step_size, mode, gamma, scale_mode, ...scale })
  const reset = (options?: Fixture) => {
    if (options) clr.reset(options['new_base_lr'], options['new_max_lr'], options['new_step_size'])
  }
  const resetter: Callback = { before_batch: learn => reset(resets[learn.train_iter]) }
  const opt = new FakeOptimizer({ lr: trace['optimizer_lr_before_training'] })
  const used: (number | undefined)[] = []
  for (const [i, n_batches] of batches_per_fit.entries()) {
    const before = used.length
    const run = await fakeFit({ n_epoch: 1, n_batches, callbacks: [clr, resetter], opt, loss: k => 1 / (before + k + 1) })
    used.push(...run.hypers.map(values => values['lr']![0]))
    reset(resets[`after_fit_${i}`])
  }
  return [
    { what: 'lr', expected: trace['lr'], actual: used },
    { what: 'history lr', expected: trace['lr'], actual: clr.history['lr'] },
    { what: 'history iterations', expected: trace['history_iterations'], actual: clr.history['iterations'] },
    { what: 'history loss', expected: trace['history_loss'], actual: clr.history['loss'] },
    { what: 'after_fit lr', expected: trace['after_fit'].lr, actual: opt.get('lr')[0] },
    { what: 'clr_iterations', expected: trace['after_fit'].clr_iterations, actual: clr.clr_iterations },
    { what: 'trn_iterations', expected: trace['after_fit'].trn_iterations, actual: clr.trn_iterations },
  ]
}

/** A scaling function from the trace's Python expression in x. */
export function fromPython(expression: string): (x: number) => number {
  const [body] = expression.split(' on ')
  return new Function('x', `const { sin, cos, exp, PI: pi } = Math; return ${body}`) as (x: number) => number
}
