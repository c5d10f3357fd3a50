import {
  BatchMatMul,
  Conv2DBackpropInput,
  dispose,
  getKernel,
  type KernelConfig,
  scalar,
  type Tensor,
  type TensorInfo,
  tensor1d,
  tensor2d,
} from '@tensorflow/tfjs-core'
import {
  batchNormKernelNames,
  gradientKernelNames,
  layerKernelNames,
  scaleName,
  softmaxCrossEntropyName,
} from '../wasm/compiled/kernel-names.js'
import type { LayerGradientAttrs as LayerAttrs } from '../wasm/compiled/layer-gradient.js'
import { freeing, type NativeBackend, operate } from './operations.js'

type Inputs = Record<string, TensorInfo>
interface ConvolutionAttrs extends LayerAttrs {
  readonly strides: [number, number]
  /** Zeros on every side, or what TensorFlow calls by name. */
  readonly pad: 'same' | 'valid' | number
  readonly filterShape: number[]
  readonly inputShape: number[]
}
type Run<Attrs> = (backend: NativeBackend, inputs: Inputs, attrs: Attrs) => TensorInfo | TensorInfo[]

const float = { T: 'float' } as const
const channelsLast = { data_format: '=NHWC' } as const

/** A kernel of TensorFlow's own operations for tfjs-node. */
function kernel<Attrs = object>(kernelName: string, run: Run<Attrs>): KernelConfig {
  return {
    kernelName,
    backendName: 'tensorflow',
    kernelFunc: ({ inputs, backend, attrs }) => run(backend as NativeBackend, inputs as Inputs, attrs as unknown as Attrs),
  }
}

/** The gradient of an activation: TensorFlow takes dy first where it was the input that was saved, and last where it was the output. */
function gradient(kernelName: string, name: string, outputFirst = false): KernelConfig {
  return kernel(kernelName, (backend, { dy, saved }) => {
    return operate(backend, name, float, outputFirst ? [saved!, dy!] : [dy!, saved!])[0]!
  })
}

/** Bias and ReLU behind a product or a convolution. */
function finish(backend: NativeBackend, product: Tensor, bias: TensorInfo | undefined, { activation }: LayerAttrs): Tensor {
  const sum = bias ? freeing(operate(backend, 'BiasAdd', { ...float, ...channelsLast }, [product, bias]), product) : product
  return activation === 'relu' ? freeing(operate(backend, 'Relu', float, [sum]), sum) : sum
}

/** The gradients of a layer: of its weights, of its bias, and dy behind the ReLU, each where there is one. */
function gradientsOfLayer(
  backend: NativeBackend,
  { dy, y }: Inputs,
  { activation, useBias }: LayerAttrs,
  ofWeights: (inner: TensorInfo) => Tensor,
): Tensor[] {
  const behind = activation === 'relu' ? operate(backend, 'ReluGrad', float, [dy!, y!]) : []
  const inner = behind[0] ?? dy!
  const bias = useBias ? operate(backend, 'BiasAddGrad', { ...float, ...channelsLast }, [inner]) : []
  return [ofWeights(inner), ...bias, ...behind]
}

function convolution({ strides, pad }: Pick<ConvolutionAttrs, 'strides' | 'pad'>) {
  const all = { ...float, ...channelsLast, strides: [1, ...strides, 1], dilations: [1, 1, 1, 1] }
  if (typeof pad !== 'number') return { ...all, padding: `=${pad.toUpperCase()}` as const }
  return { ...all, padding: '=EXPLICIT' as const, explicit_paddings: [0, 0, pad, pad, pad, pad, 0, 0] }
}

/** The same without zeros on its sides. */
const unpadded = (attrs: ConvolutionAttrs) => convolution({ ...attrs, pad: 'valid' })

/** How many zeros were added before and behind: where they are told to a gradient by their number, TensorFlow does without oneDNN, and takes up to five times as long. */
const zerosAround = ({ pad }: ConvolutionAttrs) => (typeof pad === 'number' ? pad : 0)

function withZeros(backend: NativeBackend, x: TensorInfo, pad: number): Tensor {
  const sides = tensor2d([0, 0, pad, pad, pad, pad, 0, 0], [4, 2], 'int32')
  return freeing(operate(backend, 'Pad', { ...float, Tpaddings: 'int32' }, [x, sides]), sides)
}

function gradientOfFilter(backend: NativeBackend, x: TensorInfo, dy: TensorInfo, attrs: ConvolutionAttrs): Tensor {
  const sides = tensor1d(attrs.filterShape, 'int32')
  const zeros = zerosAround(attrs)
  const wide = zeros > 0 ? withZeros(backend, x, zeros) : undefined
  const how = typeof attrs.pad === 'number' ? unpadded(attrs) : convolution(attrs)
  return freeing(operate(backend, 'Conv2DBackpropFilter', how, [wide ?? x, sides, dy]), sides, wide)
}

/** tfjs-node's gradient of a convolution by its input refuses zeros by their number. */
function padded(stock: KernelConfig): KernelConfig {
  return {
    ...stock,
    kernelFunc: args => {
      const attrs = args.attrs as unknown as ConvolutionAttrs
      if (typeof attrs.pad !== 'number') return stock.kernelFunc(args)
      const { dy, filter } = args.inputs as Inputs
      const backend = args.backend as NativeBackend
      const sides = tensor1d(attrs.inputShape, 'int32')
      const zeros = zerosAround(attrs)
      const [batch, height, width, channels] = attrs.inputShape as [number, number, number, number]
      const wideSides = tensor1d([batch, height + 2 * zeros, width + 2 * zeros, channels], 'int32')
      const wide = operate(backend, 'Conv2DBackpropInput', unpadded(attrs), [wideSides, filter!, dy!])
      const begin = tensor1d([0, zeros, zeros, 0], 'int32')
      return freeing(
        operate(backend, 'Slice', { ...float, Index: 'int32' }, [wide[0]!, begin, sides]),
        sides,
        wideSides,
        begin,
        ...wide,
      )
    },
  }
}

/** tfjs-node multiplies two matrices as batches of one, which takes up to three times as long. */
function twoMatrices(stock: KernelConfig): KernelConfig {
  return {
    ...stock,
    kernelFunc: args => {
      const { a, b } = args.inputs as Inputs
      const { transposeA, transposeB } = args.attrs as unknown as { transposeA: boolean; transposeB: boolean }
      const isPlain = [a!, b!].every(({ shape, dtype }) => shape.length === 2 && dtype === 'float32')
      if (!isPlain) return stock.kernelFunc(args)
      return operate(args.backend as NativeBackend, 'MatMul', product(transposeA, transposeB), [a!, b!])[0]!
    },
  }
}

const product = (left: boolean, right: boolean) => ({ ...float, transpose_a: left, transpose_b: right }) as const

/** The mean loss of rows, and its gradient by the logits. */
function softmaxCrossEntropy(backend: NativeBackend, { logits, target }: Inputs): Tensor[] {
  const sparse = target!.dtype === 'int32'
  const [losses, rising] = sparse
    ? operate(backend, 'SparseSoftmaxCrossEntropyWithLogits', { ...float, Tlabels: 'int32' }, [logits!, target!], 2)
    : operate(backend, 'SoftmaxCrossEntropyWithLogits', float, [logits!, target!], 2)
  const [share, axis] = [scalar(1 / logits!.shape[0]!), tensor1d([0], 'int32')]
  const loss = freeing(operate(backend, 'Mean', { ...float, Tidx: 'int32', keep_dims: false }, [losses!, axis]), losses, axis)
  const whole = sparse ? rising! : ofSoftTargets(backend, logits!, target!, rising!)
  return [loss, freeing(operate(backend, 'Mul', float, [whole, share]), whole, share)]
}

/** Shares of classes need not add up to 1, as TensorFlow's own gradient takes for granted. */
function ofSoftTargets(backend: NativeBackend, logits: TensorInfo, target: TensorInfo, unused: Tensor): Tensor {
  const axis = tensor1d([1], 'int32')
  const sums = freeing(operate(backend, 'Sum', { ...float, Tidx: 'int32', keep_dims: true }, [target, axis]), axis, unused)
  const [softmax] = operate(backend, 'Softmax', float, [logits])
  const scaled = freeing(operate(backend, 'Mul', float, [softmax!, sums]), softmax, sums)
  return freeing(operate(backend, 'Sub', float, [scaled, target]), scaled)
}

/** Pixels of one row where there is none but rows: the operation wants images. */
function asImages(backend: NativeBackend, x: TensorInfo): Tensor {
  return reshape(backend, x, [1, 1, -1, x.shape.at(-1)!])
}

function reshape(backend: NativeBackend, x: TensorInfo, shape: number[]): Tensor {
  const sides = tensor1d(shape, 'int32')
  return freeing(operate(backend, 'Reshape', { ...float, Tshape: 'int32' }, [x, sides]), sides)
}

const norm = (epsilon: number) => ({ ...float, ...channelsLast, U: 'float', epsilon, is_training: true }) as const

function batchNorm(backend: NativeBackend, { x, gamma, beta }: Inputs, { epsilon }: { epsilon: number }): Tensor[] {
  const flat = x!.shape.length !== 4
  const images = flat ? [asImages(backend, x!)] : []
  const none = tensor1d([], 'float32')
  const attributes = { ...norm(epsilon), exponential_avg_factor: 1 }
  const [y, mean, unbiased, same, variance, rest] = operate(
    backend,
    'FusedBatchNormV3',
    attributes,
    [images[0] ?? x!, gamma!, beta!, none, none],
    6,
  )
  // The variance that it gives is an estimate from a sample; that of the batch itself is what it keeps for its gradient.
  dispose([...images, none, unbiased!, same!, rest!])
  return [flat ? freeing([reshape(backend, y!, x!.shape)], y) : y!, mean!, variance!]
}

function batchNormGradient(backend: NativeBackend, inputs: Inputs, { epsilon }: { epsilon: number }): Tensor[] {
  const { dy, x, mean, variance, scale } = inputs
  const flat = x!.shape.length !== 4
  const images = flat ? [asImages(backend, dy!), asImages(backend, x!)] : []
  const none = tensor1d([], 'float32')
  const [dx, dScale, dOffset, ...rest] = operate(
    backend,
    'FusedBatchNormGradV3',
    norm(epsilon),
    [images[0] ?? dy!, images[1] ?? x!, scale!, mean!, variance!, none],
    5,
  )
  dispose([...images, none, ...rest])
  return [flat ? freeing([reshape(backend, dx!, x!.shape)], dx) : dx!, dScale!, dOffset!]
}

/** What steps are composed of, in TensorFlow's fused operations. Batch norm keeps something else for its gradient on a GPU. */
export function nativeKernels(gpu: boolean): KernelConfig[] {
  const { dense, denseGradient, conv2D, conv2DGradient } = layerKernelNames
  const everywhere = [
    gradient(gradientKernelNames.relu, 'ReluGrad'),
    gradient(gradientKernelNames.relu6, 'Relu6Grad'),
    gradient(gradientKernelNames.softplus, 'SoftplusGrad'),
    gradient(gradientKernelNames.elu, 'EluGrad'),
    gradient(gradientKernelNames.sigmoid, 'SigmoidGrad', true),
    gradient(gradientKernelNames.tanh, 'TanhGrad', true),
    kernel(scaleName, (backend, { x, factor }) => operate(backend, 'Mul', float, [x!, factor!])[0]!),
    kernel(softmaxCrossEntropyName, softmaxCrossEntropy),
    kernel<LayerAttrs>(dense, (backend, { x, kernel, bias }, attrs) =>
      finish(backend, operate(backend, 'MatMul', product(false, false), [x!, kernel!])[0]!, bias, attrs),
    ),
    kernel<LayerAttrs>(denseGradient, (backend, inputs, attrs) =>
      gradientsOfLayer(
        backend,
        inputs,
        attrs,
        inner => operate(backend, 'MatMul', product(true, false), [inputs['x']!, inner])[0]!,
      ),
    ),
    kernel<ConvolutionAttrs>(conv2D, (backend, { x, filter, bias }, attrs) =>
      finish(backend, operate(backend, 'Conv2D', convolution(attrs), [x!, filter!])[0]!, bias, attrs),
    ),
    kernel<ConvolutionAttrs>(conv2DGradient, (backend, inputs, attrs) =>
      gradientsOfLayer(backend, inputs, attrs, inner => gradientOfFilter(backend, inputs['x']!, inner, attrs)),
    ),
    padded(getKernel(Conv2DBackpropInput, 'tensorflow')!),
    twoMatrices(getKernel(BatchMatMul, 'tensorflow')!),
    // The same data again, and no operation: the engine clones whatever it saves for the way back.
    kernel('Identity', (backend, { x }) => {
      backend.incRef(x!.dataId)
      return { dataId: x!.dataId, shape: x!.shape, dtype: x!.dtype }
    }),
  ]
  if (gpu) return everywhere
  return [
    ...everywhere,
    kernel(batchNormKernelNames.training, batchNorm as Run<object>),
    kernel(batchNormKernelNames.trainingGradient, batchNormGradient as Run<object>),
    kernel<{ share: number }>(batchNormKernelNames.movingAverage, (backend, { average, value }, { share }) => {
      const part = scalar(share)
      const [apart] = operate(backend, 'Sub', float, [value!, average!])
      const step = freeing(operate(backend, 'Mul', float, [apart!, part]), apart, part)
      return freeing(operate(backend, 'AddV2', float, [average!, step]), step)
    }),
  ]
}
