import { type DataBunch, ImageDataBunch, TabularDataBunch, TextDataBunch } from '@onecycle/data'
import {
  Learner,
  type LearnerOptions,
  mlp,
  simple_cnn,
  tabular_learner,
  text_classifier_learner,
  vision_learner,
} from '@onecycle/learner'
import { UsageError } from '../usage-error.js'
import type { Job } from './keys.js'

type Common = Pick<LearnerOptions, 'seed' | 'metrics' | 'optimizer' | 'wd' | 'progress' | 'log'>

/**
 * The Learner of a job: of the data's kind, or a model by name.
 *
 * @throws Error for a model that is not known, or not of such data; as learners do
 */
export function learnerOf(data: DataBunch, job: Job, { progress = true }: Pick<LearnerOptions, 'progress'> = {}): Learner {
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
  if (data instanceof TextDataBunch) {
    if (model !== undefined && !isOneOf(readers, model)) throw notOf(model, 'texts', readers)
    return text_classifier_learner(data, { ...common, ...(model !== undefined && { arch: model }) })
  }
  const shape = [data.inputShape].flat() as number[]
  if (shape.length === 3) {
    const arch = model ?? (data instanceof ImageDataBunch ? 'resnet9' : 'simple_cnn')
    if (arch === 'simple_cnn') {
      const channels = layers ?? [16, 16]
      return vision_learner(data, ({ n_in, n_out, seed }) => simple_cnn([n_in, ...channels, n_out], { seed }), common)
    }
    if (!isOneOf(networks, arch)) throw notOf(arch, 'pictures', ['simple_cnn', ...networks])
    return vision_learner(data, arch, common)
  }
  if (shape.length !== 1 || (model !== undefined && model !== 'mlp'))
    throw notOf(model ?? 'mlp', `samples of shape [${shape}]`, ['mlp'])
  const sizes = [shape[0]!, ...(layers ?? [200, 100]), data.c ?? data.targetShape[0] ?? 1]
  return new Learner(data, mlp(sizes, { seed }), {
    ...common,
    ...(!metrics && data.target === 'class' && { metrics: ['accuracy'] }),
  })
}

const readers = ['conv', 'gru', 'lstm'] as const
const networks = ['resnet9', 'resnet18', 'resnet34'] as const

function isOneOf<Name extends string>(names: readonly Name[], name: string): name is Name {
  return (names as readonly string[]).includes(name)
}

function notOf(model: string, what: string, there: readonly string[]): UsageError {
  return new UsageError('unknown-model', `There is no model ${model} for ${what}; expected one of ${there.join(', ')}.`)
}
