import { type DataBunch, type Row, SequenceDataBunch, type Table } from '@onecycle/data'
import { checkOptions, type Kinds, keepNames, show, typeError } from '@onecycle/platform'
import type { LearnerOptions } from '../learner.js'
import { learnerKinds } from '../learner-options.js'
import { type SequenceModelOptions, sequence_model, sequenceModelKinds } from '../model/sequence-model.js'
import { describe, metricsFor } from './chosen.js'
import { ItemLearner } from './item-learner.js'
import { orDispose } from './or-dispose.js'

/** What `sequence_learner` is given: sizes of the model, and what every Learner is given. */
export interface SequenceLearnerOptions
  extends LearnerOptions,
    Omit<SequenceModelOptions, 'steps' | 'n_in' | 'out_sz' | 'seed'> {}

const { steps: _steps, n_in: _in, out_sz: _out, seed: _seed, ...modelKinds } = sequenceModelKinds
const sequenceLearnerKinds: Kinds<SequenceLearnerOptions> = { ...learnerKinds, ...modelKinds }

/**
 * A Learner with a {@link sequence_model} made for sequences of one length: windows of a {@link SequenceDataBunch}, or any data whose samples are [steps,
 * figures], such as sounds [8000, 1]. The loss is mean squared error for values, cross-entropy for classes; metrics are the root of the mean
 * squared error, in deviations of what a SequenceDataBunch predicts, or accuracy, unless given. What was chosen is said in a line. Layer groups are what
 * reads the steps, and the head. `seed` decides the initial weights too.
 *
 * `learn.predict(rows)` of a SequenceDataBunch takes the last rows of a series, as many as a window sees, and answers in the units of the data.
 *
 * @throws TypeError for data of another shape, or an unknown option; as {@link sequence_model} and `Learner` do
 * @example
 * const rows = Array.from({ length: 60 }, (_, day) => ({ day, sales: Math.sin(day / 3) }))
 * const data = await SequenceDataBunch.from_df(rows, { time: 'day', y: 'sales', lookback: 8, bs: 8 })
 * const learn = sequence_learner(data, { seed: 1 })
 * await learn.fit_one_cycle(1, 1e-2)
 */
export function sequence_learner(
  data: DataBunch,
  options: SequenceLearnerOptions = {},
): ItemLearner<readonly Row[] | Table, never> {
  const shape = [(data as DataBunch | undefined)?.inputShape].flat() as number[]
  if (shape.length !== 2 || shape.some(side => typeof side !== 'number') || data.heads)
    throw typeError(
      'another-kind',
      `sequence_learner takes data whose samples are [steps, figures], such as a SequenceDataBunch, but got ${data?.inputShape === undefined ? show(data) : `samples of shape [${shape}]`}.`,
    )
  checkOptions<SequenceLearnerOptions>('sequence_learner', options, sequenceLearnerKinds)
  const { arch = 'conv', n_hid = 64, ps, ...rest } = options
  const [steps, n_in] = shape as [number, number]
  const out_sz = data.c ?? data.targetShape[0] ?? 1
  const model = sequence_model({ steps, n_in, out_sz, arch, n_hid, ps, seed: rest.seed })
  const learn = orDispose(
    model,
    () =>
      new ItemLearner<readonly Row[] | Table, never>(data, model, {
        ...rest,
        layer_groups: rest.layer_groups ?? ['head'],
        metrics: options.metrics ?? metricsFor(data),
      }),
  )
  const seen = data instanceof SequenceDataBunch ? ` of ${data.inputs.columns.names.join(', ')}` : ''
  const units = data instanceof SequenceDataBunch ? ' in standard deviations' : ''
  learn.log(`sequence_learner: ${steps} steps x ${n_in}${seen}, ${arch} of ${n_hid}, ${out_sz} out; ${describe(learn)}${units}.`)
  return learn
}

keepNames({ sequence_learner })
