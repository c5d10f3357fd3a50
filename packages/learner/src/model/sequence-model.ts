import { checkChoice, checkCount, checkOptions, type Kinds, keepNames, kind, Random } from '@onecycle/platform'
import { initializers, input, type LayersModel, layers, model as modelOf, type SymbolicTensor } from '@tensorflow/tfjs-layers'
import { batchNorm, checkPart, dense } from './dense-blocks.js'
import { orthogonalOf } from './orthogonal.js'

/** What `sequence_model` is given: steps and columns that it sees, outputs, the kind of layer, sizes, and the seed. */
export interface SequenceModelOptions {
  /** Steps of a sequence. */
  steps: number
  /** Figures of each step. */
  n_in: number
  /** Figures of the answer: logits of classes, or values. */
  out_sz: number
  /** What reads the steps: convolutions or a recurrent layer. Default 'conv'. */
  arch?: 'conv' | 'gru' | 'lstm' | undefined
  /** Channels of convolutions, units of recurrent layers. Default 64. */
  n_hid?: number | undefined
  /** Part that dropout leaves out before the head. Default 0.1. */
  ps?: number | undefined
  /** Seed of the initial weights, a whole number from 0 to 2^32 - 1; random without it. */
  seed?: number | undefined
}

export const sequenceModelKinds: Kinds<SequenceModelOptions> = {
  ...{ steps: kind.number, n_in: kind.number, out_sz: kind.number, arch: kind.string, n_hid: kind.number, ps: kind.number },
  seed: kind.any,
}

/** Steps that the head may see one by one: of more it sees the mean and the largest of each channel. */
const few = 64

/**
 * A model of sequences of one length. Input [batch, steps, n_in], output [batch, out_sz]. With 'conv', long sequences such as sounds are read by
 * convolutions of 9 steps that leave every fourth, until at most 64 are left; then three of 3 steps follow, batch norm and ReLU after each, and the
 * head sees all that is left of a short sequence, the mean and the largest figures of a long one. With 'gru' and 'lstm' it sees what the layer knows at the end.
 *
 * @throws RangeError for what is no positive whole number, or a part outside 0 to 1; TypeError for an unknown option
 * @example
 * const forecast = sequence_model({ steps: 28, n_in: 3, out_sz: 7, seed: 1 })
 */
export function sequence_model(options: SequenceModelOptions): LayersModel {
  checkOptions<SequenceModelOptions>('sequence_model', options, sequenceModelKinds)
  const { steps, n_in, out_sz, arch = 'conv', n_hid = 64, ps = 0.1, seed } = options
  for (const [name, value] of Object.entries({ steps, n_in, out_sz, n_hid })) checkCount(`${name} of sequence_model`, value)
  checkChoice('arch of sequence_model', arch, ['conv', 'gru', 'lstm'])
  checkPart('ps of sequence_model', ps)
  const random = seed === undefined ? undefined : new Random(seed).fork('sequence_model')
  const start = input({ shape: [steps, n_in], name: 'steps' })
  const read = arch === 'conv' ? convolved(start, steps, n_hid, random) : recurrent(start, arch, n_hid, random)
  const dropped = ps > 0 ? (layers.dropout({ rate: ps, name: 'dropout' }).apply(read) as SymbolicTensor) : read
  const head = dense(out_sz, 'head', random).apply(dropped) as SymbolicTensor
  return modelOf({ inputs: start, outputs: head })
}

function convolved(start: SymbolicTensor, steps: number, filters: number, random: Random | undefined): SymbolicTensor {
  let x = start
  let left = steps
  let n = 0
  const add = (kernelSize: number, strides: number) => {
    n++
    const conv = layers.conv1d({
      filters,
      kernelSize,
      strides,
      padding: 'same',
      useBias: false,
      name: `conv_${n}`,
      ...initializer(random),
    })
    const normed = batchNorm(`norm_${n}`).apply(conv.apply(x))
    x = layers.activation({ activation: 'relu', name: `relu_${n}` }).apply(normed) as SymbolicTensor
    left = Math.ceil(left / strides)
  }
  while (left > few) add(9, 4)
  for (let i = 0; i < 3; i++) add(3, 1)
  if (steps <= few) return layers.flatten({ name: 'all' }).apply(x) as SymbolicTensor
  const pooled = [
    layers.globalAveragePooling1d({ name: 'mean' }).apply(x),
    layers.globalMaxPooling1d({ name: 'largest' }).apply(x),
  ] as SymbolicTensor[]
  return layers.concatenate({ name: 'pooled' }).apply(pooled) as SymbolicTensor
}

function recurrent(start: SymbolicTensor, arch: 'gru' | 'lstm', units: number, random: Random | undefined): SymbolicTensor {
  const seeds = random && {
    ...initializer(random),
    recurrentInitializer: orthogonalOf(1 + random.int(2 ** 31 - 2)),
  }
  return layers[arch]({ units, name: 'rnn', ...seeds }).apply(start) as SymbolicTensor
}

function initializer(random: Random | undefined) {
  return random && { kernelInitializer: initializers.heUniform({ seed: 1 + random.int(2 ** 31 - 2) }) }
}

keepNames({ sequence_model })
