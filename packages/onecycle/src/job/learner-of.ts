import { type DataBunch, TabularDataBunch } from '@onecycle/data'
import { Learner, type LearnerOptions, mlp, simple_cnn, tabular_learner } from '@onecycle/learner'
import type { Job } from './keys.js'

type Common = Pick<LearnerOptions, 'seed' | 'metrics' | 'optimizer' | 'wd' | 'progress' | 'log'>

/**
 * The Learner of a job: of the data's kind, or a model by name.
 *
 * @throws Error for a model that is not known, or not of such data; as learners do
 */
export function learnerOf(data: DataBunch, job: Job, { progress = true }: { progress?: boolean } = {}): Learner {
  const { seed = 42, metrics, optimizer, wd, model, layers } = job
  const common = {
    ...{ seed, wd, progress },
    ...(metrics && { metrics: metrics as LearnerOptions['metrics'] }),
    ...(optimizer !== undefined && { optimizer: optimizer as LearnerOptions['optimizer'] }),
  } as Common
  if (data instanceof TabularDataBunch) {
    if (model !== undefined && model !== 'tabular') throw notOf(model, 'a table', ['tabular'])
    return tabular_learner(data, { ...common, ...(layers && { layers: [...layers] }) })
  }
  const [c, shape] = [data.c ?? data.targetShape[0] ?? 1, [data.inputShape].flat() as number[]]
  // A figure for each class; for values the model's output is as it is.
  const ours = { ...common, ...(!metrics && data.target === 'class' && { metrics: ['accuracy'] as const }) } as Common
  const own = model ?? (shape.length === 3 ? 'simple_cnn' : 'mlp')
  if (own === 'simple_cnn') return new Learner(data, simple_cnn([shape.at(-1)!, ...(layers ?? [16, 16]), c], { seed }), ours)
  if (own === 'mlp' && shape.length === 1)
    return new Learner(data, mlp([shape[0]!, ...(layers ?? [200, 100]), c], { seed }), ours)
  throw notOf(own, `samples of shape [${shape}]`, [shape.length === 1 ? 'mlp' : 'simple_cnn'])
}

function notOf(model: string, what: string, there: readonly string[]): Error {
  return new Error(`There is no model ${model} for ${what}; expected one of ${there.join(', ')}.`)
}
