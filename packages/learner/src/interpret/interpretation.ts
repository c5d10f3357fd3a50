import type { BatchStream, Dataset } from '@onecycle/data'
import { checkCount, checkOptions, kind, show, typeError } from '@onecycle/platform'
import { Plot, type ShowOptions } from '@onecycle/plot'
import { showKinds } from '@onecycle/plot/internal'
import { dispose, type Tensor } from '@tensorflow/tfjs-core'
import { streamOf } from '../check/stream-of.js'
import { predictionsOf } from '../loss/loss-of.js'
import { outputsOf } from '../loss/output.js'
import type { Predictions } from '../metric/metric.js'
import { isLayersModel } from '../model/trainable-model.js'
import { lossesOf } from '../work/outcomes.js'
import { checkLearner, type Interpreted } from './check-learner.js'
import { samplesAt } from './samples-at.js'
import { type Column, type Marks, samplesPanel } from './samples-panel.js'

/** What is looked at: other data than the validation data, and one output of several. */
export interface InterpretationOptions {
  /** What is looked at: a stream, in the order of its data set, or a data set. Default: the validation data. */
  dl?: BatchStream | Dataset | undefined
  /** Which output is looked at, of a model with several: its name. */
  head?: string | undefined
}

/** A sample of those that the model did worst at. */
export interface TopLoss {
  /** Its place in the stream, from 0. */
  readonly index: number
  readonly loss: number
}

/** Whether the largest losses come first, or the smallest. */
export interface TopLossesOptions {
  /** Whether the highest losses come first, or the lowest. Default true. */
  largest?: boolean | undefined
}

/** What a plot of samples is given: its title, and where it is shown. */
export interface PlotSamplesOptions extends ShowOptions {
  /** Default 'Samples'. */
  title?: string | undefined
}

/** What is known of all samples of a stream. */
export interface Seen {
  readonly learn: Interpreted
  readonly dl: BatchStream
  readonly losses: Float32Array
  /** Of the output that is looked at, of a model with several. */
  readonly head: string | undefined
}

/** What is looked at. */
export interface Sight {
  /** As the model gives them. */
  readonly outputs: Tensor
  readonly targets: Tensor
  readonly weights: Tensor | undefined
  readonly predictions: Predictions
  /** Names of classes or labels, where they are known. */
  readonly classes: readonly string[] | undefined
}

/** What a model made of each sample of a stream, which is looked at once. Predictions and losses are kept, samples are not. */
export abstract class Interpretation {
  protected readonly seen: Seen

  protected constructor(seen: Seen) {
    if (!seen?.losses) throw typeError('not-by-new', `Make one of a Learner: await ${new.target.name}.from_learner(learn).`)
    this.seen = seen
  }

  /** The loss of each sample, in the order of the stream. */
  get losses(): Float32Array {
    return this.seen.losses
  }

  /** What is said of a sample beside its inputs. */
  abstract columns(): Column[]

  /** What lies on the picture of a sample, where targets are of its places: masks, points. */
  marks(_index: number): Marks | undefined {
    return undefined
  }

  /**
   * The samples with the highest losses, or the lowest. A loss that is no number is the highest.
   *
   * @throws RangeError where k is not a positive whole number
   */
  top_losses(k = 9, options: TopLossesOptions = {}): TopLoss[] {
    checkCount('k', k)
    checkOptions<TopLossesOptions>('top_losses', options, { largest: kind.boolean })
    const { losses } = this.seen
    const size = (i: number) => (Number.isNaN(losses[i]!) ? Number.POSITIVE_INFINITY : losses[i]!)
    const sign = (options.largest ?? true) ? 1 : -1
    const order = Uint32Array.from(losses.keys()).sort((a, b) => sign * (size(b) - size(a)) || a - b)
    return Array.from(order.subarray(0, k), index => ({ index, loss: losses[index]! }))
  }

  /**
   * The samples of {@link top_losses}: pictures ([height, width, 1 or 3]) with what is said of them, or rows of a table. The stream is read
   * once more for them.
   *
   * @example
   * const interp = await ClassificationInterpretation.from_learner(learn)
   * const plot = await interp.plot_top_losses(9)
   * await plot.save('runs/top-losses.png')
   */
  async plot_top_losses(k = 9, options: TopLossesOptions & ShowOptions = {}): Promise<Plot> {
    checkOptions('plot_top_losses', options, { ...showKinds, largest: kind.boolean })
    const { largest, ...how } = options
    const places = this.top_losses(k, { largest }).map(({ index }) => index)
    return this.plot_samples(places, { title: (largest ?? true) ? 'Highest losses' : 'Lowest losses', ...how })
  }

  /**
   * Samples by their places in the stream, as {@link plot_top_losses} draws them.
   *
   * @throws RangeError for a place where there is no sample
   */
  async plot_samples(places: readonly number[], options: PlotSamplesOptions = {}): Promise<Plot> {
    checkOptions<PlotSamplesOptions>('plot_samples', options, { ...showKinds, title: kind.string })
    const { learn, dl, losses } = this.seen
    if (!kind.list.fits(places) || places.length === 0)
      throw typeError('wrong-argument', `plot_samples takes a list of places, such as [0, 1, 2], but got ${show(places)}.`)
    for (const place of places) checkCount('place', place, 0, losses.length - 1)
    const { title = 'Samples', ...how } = options
    const loss: Column = { name: 'loss', of: i => losses[i]!.toFixed(3) }
    const columns = [...this.columns(), loss]
    const panel = samplesPanel(title, learn.data, places, await samplesAt(dl, places), columns, i => this.marks(i))
    return new Plot({ panels: [panel] }).present(how)
  }
}

/**
 * Looks at every sample of a stream once.
 *
 * @param look what else is to be kept; the tensors are disposed afterwards
 */
export async function lookAt<T>(
  owner: string,
  learn: Interpreted,
  options: InterpretationOptions,
  look: (sight: Sight) => Promise<T>,
): Promise<[Seen, T]> {
  checkLearner(`${owner}.from_learner`, learn)
  checkOptions<InterpretationOptions>(`${owner}.from_learner`, options, { dl: kind.any, head: kind.string })
  const { place, loss, classes } = sideOf(owner, learn, options.head)
  const dl = streamOf(`${owner}.from_learner`, options.dl, learn.data)
  const all = await learn.outcomes(dl)
  const [outputs, targets] = [all.outputs, all.targets].map(tensors => [tensors].flat()[place]!) as [Tensor, Tensor]
  const losses = loss === learn.loss_func ? all.losses : lossesOf(loss, outputs, targets)
  try {
    const predictions = predictionsOf(loss, outputsOf(learn.model)?.[place])
    const [own, lost] = await Promise.all([look({ outputs, targets, weights: all.weights, predictions, classes }), losses.data()])
    return [{ learn, dl, losses: lost as Float32Array, head: options.head }, own]
  } finally {
    dispose([all.outputs, all.targets, all.losses, losses, all.weights ?? []].flat())
  }
}

/** The output that is looked at, among those of the model. @throws TypeError where it is not said, or there is none of the name */
function sideOf(owner: string, { loss_func, data, model }: Interpreted, head: string | undefined) {
  const names = loss_func.heads?.map(({ name }) => name)
  if (!names) {
    const count = isLayersModel(model) ? model.outputs.length : 1
    if (count > 1)
      throw typeError('which-head', `${owner} looks at one output, but the model has ${count}, and they have one loss.`)
    if (head !== undefined)
      throw typeError('which-head', `head is ${show(head)}, but the model has one output alone: leave it out.`)
    return { place: 0, loss: loss_func, classes: data.classes }
  }
  const place = names.indexOf(head!)
  if (place === -1)
    throw typeError(
      'which-head',
      `${owner} looks at one output: head is ${show(head)}, but must be one of ${names.map(name => show(name)).join(', ')}.`,
    )
  return { place, loss: loss_func.heads![place]!.loss, classes: data.heads?.[names[place]!]?.classes }
}
