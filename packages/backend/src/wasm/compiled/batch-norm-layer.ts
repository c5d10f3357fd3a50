import * as tf from '@tensorflow/tfjs-core'
import { batchNormKernelNames } from './kernel-names.js'
import { type LayerInputs, onlyTensor, serves } from './layer-input.js'
import { hasKernel, runKernel, runKernelOfMany } from './run-kernel.js'

export interface LayerVariable {
  read(): tf.Tensor
  write(value: tf.Tensor): unknown
}

/** What is used of tfjs-layers' BatchNormalization. */
interface BatchNormalization {
  readonly axis: number
  readonly momentum: number
  readonly epsilon: number
  readonly gamma?: LayerVariable
  readonly beta?: LayerVariable
  readonly movingMean: LayerVariable
  readonly movingVariance: LayerVariable
}

/** What the layer's `call` does in training; undefined where its own has to. */
export function batchNormalization(
  layer: BatchNormalization,
  inputs: LayerInputs,
  { training }: { training?: boolean },
): tf.Tensor | undefined {
  const x = onlyTensor(inputs)
  const { gamma, beta, epsilon, momentum } = layer
  if (!training || !gamma || !beta || !serves(batchNormKernelNames.training, x)) return undefined
  if (layer.axis !== -1 && layer.axis !== x.rank - 1) return undefined
  return tf.tidy(() => {
    const given = { x, gamma: gamma.read(), beta: beta.read() }
    const [y, mean, variance] = runKernelOfMany(batchNormKernelNames.training, given, { epsilon })
    if (hasKernel(batchNormKernelNames.movingAverages)) moveBoth(layer, mean!, variance!)
    else {
      moveTowards(layer.movingMean, mean!, momentum)
      moveTowards(layer.movingVariance, variance!, momentum)
    }
    return y!
  })
}

/** Where a kernel is a program that is waited for. */
function moveBoth({ movingMean, movingVariance, momentum }: BatchNormalization, mean: tf.Tensor, variance: tf.Tensor): void {
  const given = { movingMean: movingMean.read(), mean, movingVariance: movingVariance.read(), variance }
  const [newMean, newVariance] = runKernelOfMany(batchNormKernelNames.movingAverages, given, { share: 1 - momentum })
  movingMean.write(newMean!)
  movingVariance.write(newVariance!)
}

function moveTowards(variable: LayerVariable, value: tf.Tensor, momentum: number): void {
  const share = { share: 1 - momentum }
  variable.write(runKernel(batchNormKernelNames.movingAverage, { average: variable.read(), value }, share))
}
