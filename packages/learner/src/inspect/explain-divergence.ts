import { formatNumber } from '@onecycle/plot/internal'
import { DivergedError } from '../diverged.js'
import type { Divergence } from './divergence.js'
import type { DivergingLearner } from './diverging-learner.js'
import { firstFault } from './first-fault.js'
import type { GradientNorms } from './stats.js'

/** Numbers of a list that a message shows. */
const most = 8

const ofAnotherRank = 'What this rank had of it is finite: that of another rank was not, whose own error says where.'

/**
 * Why the loss of the current batch is no number, or so large: to be called before its step, while its tensors are there. All of it is found
 * out here, so that a fit that goes well pays nothing.
 *
 * @param before what the loss was like, where it jumped
 */
export async function explainDivergence(learn: DivergingLearner, before?: number): Promise<DivergedError> {
  const { epoch, iter: batch, lossValue: loss, opt } = learn
  const rates = Object.fromEntries(opt.names.map(name => [name, opt.get(name)]))
  const samples = learn.train_dl.samplesOf?.(batch)
  const stats = learn.bus.callbacks.map(normsOf).find(norms => norms !== undefined)
  const divergence: Divergence = {
    ...{ epoch, batch, loss, lr: opt.get('lr').at(-1)!, rates },
    ...(samples && { samples: [...samples] }),
    ...(stats && { gradientNorms: stats.slice(-most) }),
  }
  const own = (await learn.loss.data())[0]!
  if (Number.isFinite(own) && !Number.isFinite(loss))
    return new DivergedError(linesOf(divergence, before, ofAnotherRank).join('\n'), divergence)
  try {
    const all = { ...divergence, ...(await firstFault(learn)) }
    return new DivergedError(linesOf(all, before).join('\n'), all)
  } catch (error) {
    const lines = linesOf(divergence, before, `The batch could not be run again to find out more: ${(error as Error).message}`)
    return new DivergedError(lines.join('\n'), divergence)
  }
}

/** What a {@link GradientStats} has recorded. */
function normsOf(callback: object): readonly GradientNorms[] | undefined {
  const { name, stats } = callback as { name?: string; stats?: readonly GradientNorms[] }
  return name === 'GradientStats' ? stats : undefined
}

function linesOf(divergence: Divergence, before: number | undefined, where = whereOf(divergence)): string[] {
  const { epoch, batch, loss, lr, gradientNorms = [], samples, rows } = divergence
  const became =
    before === undefined ? `became ${loss}` : `jumped from about ${formatNumber(before, 3)} to ${formatNumber(loss, 3)}`
  const norms = gradientNorms.map(({ norm }) => formatNumber(norm, 3)).join(', ')
  const ends = [gradientNorms[0], gradientNorms.at(-1)].map(first => first?.train_iter)
  return [
    `The loss ${became} at batch ${batch} of epoch ${epoch} (learning rate ${lr.toPrecision(3)}).`,
    where,
    rows && `These rows of the batch are not finite, counted from 0: ${few(rows)}.`,
    rows && samples && `They are the samples ${few(rows.map(row => samples[row]!))} of the data set.`,
    gradientNorms.length > 0 && `Norms of the gradients up to it, of the batches ${ends.join(' to ')} of the fit: ${norms}.`,
    !rows && samples && `The batch is of the samples ${few(samples)}; error.samples has them.`,
    'The weights are those from before that batch.',
    adviceOn(divergence),
  ].filter(line => typeof line === 'string')
}

function whereOf({ origin, layer, activations = {} }: Divergence): string | undefined {
  const sizes = Object.entries(activations).filter(([, size]) => !Number.isNaN(size))
  if (origin === 'inputs' || origin === 'targets') return `Its ${origin} are not finite.`
  if (origin === 'weights') {
    const why =
      'a step before has spoiled them, by a gradient that was not finite there, as the first on its way back from the loss'
    return `The weights ${layer} were not finite before it: ${why}.`
  }
  if (origin === 'activations') {
    const names = Object.keys(activations)
    const last = sizes.filter(([name]) => names.indexOf(name) < names.indexOf(layer!)).slice(-3)
    const sentence = `What ${layer} answers is not finite, as the first of the layers.`
    return last.length === 0 ? sentence : `${sentence} Before it ${last.map(([name, size]) => upTo(name, size)).join(', ')}.`
  }
  const largest = sizes.toSorted(([, a], [, b]) => b - a)[0]
  const answers = largest && `All that the layers answer is finite, ${upTo(...largest)}`
  if (origin === 'loss')
    return answers ? `${answers}: only the loss is not.` : 'The predictions are finite: only the loss is not.'
  return answers && `${answers}.`
}

const upTo = (name: string, size: number) => `${name} up to ${formatNumber(size, 3)}`

function adviceOn({ origin }: Divergence): string {
  if (origin === 'inputs' || origin === 'targets') return 'Mend those samples, or leave them out.'
  const clip = 'clip the gradients: callbacks: new GradientClip().'
  if (origin === 'loss') return `Look at what the loss makes of such predictions (a logarithm of 0?), or ${clip}`
  return `Try a learning rate 10 times smaller (lr_find() suggests one), check the inputs and targets, or ${clip}`
}

function few(numbers: readonly number[]): string {
  const rest = numbers.length - most
  return rest > 0 ? `${numbers.slice(0, most).join(', ')} and ${rest} more` : numbers.join(', ')
}
