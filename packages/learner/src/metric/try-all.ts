import type { Tensors, TrainingState } from '@onecycle/callbacks'
import { show, typeError } from '@onecycle/platform'
import type { Tensor } from '@tensorflow/tfjs-core'
import type { Metric } from './metric.js'
import { takeIn } from './take-in.js'

/** @throws TypeError where a metric does not fit the batch, or has no number after it. */
export async function tryAll(metrics: readonly Metric[], { pred, yb, weights }: TrainingState): Promise<void> {
  for (const metric of metrics) {
    metric.reset()
    await attempt(metric, pred, yb, weights)
    if (typeof metric.value !== 'number')
      throw typeError(
        'metric-value',
        `The metric ${metric.name} has the value ${show(metric.value)} after a batch, but must have a number.`,
      )
    metric.reset()
  }
}

async function attempt(metric: Metric, pred: Tensors, target: Tensors, weights: Tensor | undefined): Promise<void> {
  try {
    await takeIn(metric, pred, target, weights)
  } catch (cause) {
    const { message } = cause as Error
    if (typeof message === 'string' && message.includes(metric.name)) throw cause
    const shapes = (tensors: Tensors) => [tensors].flat().map(({ shape }) => `[${shape}]`).join(' and ') // biome-ignore format: short
    throw typeError(
      'metric-fails',
      `The metric ${metric.name} fails on predictions of shape ${shapes(pred)} and targets of shape ${shapes(target)}: ${message ?? show(cause)}`,
      { cause },
    )
  }
}
