import { type Random, rangeError, show } from '@onecycle/platform'
import { initializers, layers } from '@tensorflow/tfjs-layers'

interface HiddenBlocks {
  /** Units of the hidden layers. */
  hidden: readonly number[]
  bn: boolean
  /** Of each hidden layer. */
  ps: readonly number[]
  random: Random | undefined
  inputShape?: number[]
}

/** Dense, ReLU, batch norm, dropout for each hidden layer: fastai 2's `LinBnDrop` with the linear layer first. */
export function hiddenBlocks({ hidden, bn, ps, random, inputShape }: HiddenBlocks): layers.Layer[] {
  return hidden.flatMap((units, i) => [
    dense(units, `hidden_${i + 1}`, random, {
      ...{ activation: 'relu', useBias: !bn },
      ...(i === 0 && inputShape && { inputShape }),
    }),
    ...(bn ? [batchNorm(`norm_${i + 1}`)] : []),
    ...(ps[i]! > 0 ? [layers.dropout({ rate: ps[i]!, name: `dropout_${i + 1}` })] : []),
  ])
}

/** A dense layer whose weights the random stream decides, where there is one. */
export function dense(units: number, name: string, random: Random | undefined, more: object = {}): layers.Layer {
  return layers.dense({
    ...{ units, name, ...more },
    ...(random && { kernelInitializer: initializers.glorotUniform({ seed: 1 + random.int(2 ** 31 - 2) }) }),
  })
}

/** With fastai's momentum, whose statistics have settled after some tens of batches: those of TensorFlow.js need some hundreds. */
export function batchNorm(name: string, more: object = {}): layers.Layer {
  return layers.batchNormalization({ momentum: 0.9, epsilon: 1e-5, name, ...more })
}

/** Parts that dropout leaves out, one for each hidden layer. Throws RangeError for other numbers of them, or parts outside 0 to 1. */
export function checkParts(owner: string, ps: number | readonly number[] | undefined, count: number): number[] {
  const parts = typeof ps === 'number' ? Array<number>(count).fill(ps) : [...(ps ?? Array<number>(count).fill(0))]
  if (parts.length !== count)
    throw rangeError(
      'dropout-part',
      `ps of ${owner} is ${show(ps)}, for ${count} hidden layers; expected one part, or one for each.`,
    )
  for (const part of parts) checkPart(`ps of ${owner}`, part)
  return parts
}

export function checkPart(what: string, part: number): void {
  if (!(part >= 0 && part < 1)) throw rangeError('dropout-part', `${what} is ${show(part)}; expected a part from 0 to below 1.`)
}
