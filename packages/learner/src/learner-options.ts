import type { Callback, TrainingState } from '@onecycle/callbacks'
import { type Kinds, kind, type OneOrMore } from '@onecycle/platform'
import type { ProgressOptions, ProgressRenderer, RendererName } from '@onecycle/recorder'
import type { Optimizer as StockOptimizer } from '@tensorflow/tfjs-core'
import type { Communicator } from './distributed/communicator.js'
import type { inferLoss } from './loss/infer-loss.js'
import type { LossesByName, LossLike } from './loss/loss-of.js'
import type { Metric } from './metric/metric.js'
import type { MetricLike, MetricsByName } from './metric/metrics-of.js'
import type { LayerGroups } from './model/layer-groups.js'
import type { OptimizerFactory, OptimizerName } from './optimizer/index.js'
import { optimizerKinds } from './optimizer/optimizer.js'
import type { stock } from './optimizer/stock.js'

/** `L` is what the callbacks hear. */
export interface LearnerOptions<L extends TrainingState = never> {
  /**
   * Default: inferred from the targets and the model's last layer; see {@link inferLoss}. The name of a cross-entropy means the one of
   * logits or of probabilities, as the last layer is. Of a model with several outputs by their names, those that are left out inferred; the loss
   * is their sum.
   */
  loss?: LossLike | LossesByName | undefined
  /** What the losses of several outputs are multiplied with in their sum, by name. Default 1 each. */
  loss_weights?: Readonly<Record<string, number>> | undefined
  /**
   * Figures for each validation pass, one or a list: functions of (pred, target), averaged over samples, {@link Metric} objects, or names.
   * Of a model with several outputs by their names. They are tried on the first training batch of a fit, before its step.
   */
  metrics?: OneOrMore<MetricLike> | MetricsByName | undefined
  /**
   * Default: `adam()` with fastai 1's settings (beta 0.9 and 0.99, eps 1e-8, decoupled decay). A name means the optimizer of that name
   * with its own defaults: 'sgd' is `sgd()`. One of `tf.train` is accepted too, with the limits that {@link stock} states.
   */
  optimizer?: OptimizerFactory | OptimizerName | StockOptimizer | undefined
  /** Weight decay, one value or one per layer group. Default: the optimizer's own, 1e-2 for the default one. */
  wd?: number | readonly number[] | undefined
  /** Whether biases and normalization parameters decay too (fastai 1: true, fastai 2: false). Default false. */
  wd_bn_bias?: boolean | undefined
  /** Where new layer groups begin, for discriminative rates and `freeze`; default one group. */
  layer_groups?: LayerGroups | undefined
  /** Whether normalization layers of frozen groups train (fastai's default), unless their own `trainable` is false. Default true. */
  train_bn?: boolean | undefined
  /** Heard in every fit: one, or a list. */
  callbacks?: OneOrMore<Callback<L>> | undefined
  /**
   * Decides all that is random while the Learner works: the order of the training batches in place of the data's own seed, dropout,
   * noise, and what callbacks draw. A whole number from 0 to 2^32 - 1; see `seed` of the Learner for the default. The weights of the
   * model are its own.
   */
  seed?: number | undefined
  /**
   * Whether, how and where a fit shows its progress and the epoch table: `{ element }` is of a page, `'plain'` or `'json'` a renderer.
   * Default true.
   */
  progress?: boolean | RendererName | ProgressRenderer | ProgressOptions | undefined
  /**
   * Where the Learner and callbacks tell what the person should know though nothing is wrong, a line each. Default: standard
   * error; `false`: nowhere.
   */
  log?: false | ((line: string) => void) | undefined
  /**
   * The ranks that train as one with this one, each with a part of every batch: batch k of all together is batch k of one process with as many times
   * as many samples. All make the same Learner, and call the same; the first prints and saves. Default: there is but this one.
   */
  distributed?: Communicator | undefined
}

export const learnerKinds: Kinds<LearnerOptions> = {
  // What these are is looked at where they are used.
  ...{
    loss: kind.any,
    loss_weights: kind.object,
    metrics: kind.any,
    optimizer: kind.any,
    layer_groups: kind.any,
    callbacks: kind.any,
  },
  ...optimizerKinds,
  ...{ train_bn: kind.boolean, seed: kind.number },
  progress: kind.either(kind.boolean, kind.string, kind.object),
  log: kind.either(kind.choice(false), kind.function),
  distributed: kind.object,
}

/** What other systems give a Learner or a model, and where it goes here. */
export const elsewhere = {
  dls: 'it is the first argument, new Learner(data, model)',
  data: 'it is the first argument, new Learner(data, model)',
  model: 'it is the second argument, new Learner(data, model)',
  ...Object.fromEntries(
    ['lr', 'learning_rate', 'learningRate'].map(name => [
      name,
      'give the rate to a fit, learn.fit(lr, n), or to the optimizer, adam({ lr })',
    ]),
  ),
  ...Object.fromEntries(['epochs', 'n_epoch'].map(name => [name, 'give it to a fit, learn.fit_one_cycle(epochs, lr)'])),
  ...Object.fromEntries(
    ['bs', 'batch_size', 'batchSize', 'shuffle', 'validation_split', 'validation_data'].map(name => [
      name,
      'it belongs to the data, DataBunch.from_arrays({ x, y, bs, valid_pct, valid })',
    ]),
  ),
  ...Object.fromEntries(['path', 'model_dir'].map(name => [name, "files have paths of their own, learn.save('runs/best')"])),
  moms: 'give it to a fit, learn.fit_one_cycle(n, lr, { moms })',
}
