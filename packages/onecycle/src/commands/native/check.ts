// A program of its own: loads a native package of a project, and holds its kernels and their gradients against those of plain JavaScript.
// What it finds is one line of JSON on standard output.
import { useBackend } from '@onecycle/backend'
import { lookInProject, type MaybeNative } from '@onecycle/backend/internal'
import { Random } from '@onecycle/platform'
import * as tf from '../../tf.js'

/** What the check of a package finds. */
export interface Checked {
  /** Of the library: '2.9.1'. */
  readonly tensorflow: string
  /** 'CUDA', 'native CPU', or why it is not CUDA. */
  readonly detail: string
  readonly cuda: boolean
  /** Kernels and gradients that were compared. */
  readonly kernels: number
  /** The largest difference, in parts of the largest value, and where. */
  readonly error: number
  readonly worst: string
  /** Those that differ by more than rounding does. */
  readonly wrong: readonly string[]
  /** Tensors that were left behind. */
  readonly left: number
}

type Run = (...inputs: tf.Tensor[]) => tf.Tensor

interface Case {
  readonly shapes: readonly (readonly number[])[]
  readonly run: Run
  /** Whether its gradients are compared, too. Default true. */
  readonly gradients?: boolean
}

const image = [4, 9, 11, 3]
const y4 = (y: tf.Tensor) => y as tf.Tensor4D

/** What networks are made of. Average pooling has no edges: plain JavaScript's gradient is wrong there. */
const cases: Readonly<Record<string, Case>> = {
  matMul: {
    shapes: [
      [37, 65],
      [65, 29],
    ],
    run: (a, b) => tf.matMul(a!, b!),
  },
  'matMul, transposed': {
    shapes: [
      [64, 1500],
      [40, 1500],
    ],
    run: (a, b) => tf.matMul(a!, b!, false, true),
  },
  conv2d: { shapes: [image, [3, 3, 3, 16]], run: (x, w) => tf.conv2d(y4(x!), w as tf.Tensor4D, 2, 'same') },
  'conv2d, valid': {
    shapes: [
      [2, 9, 10, 5],
      [3, 2, 5, 7],
    ],
    run: (x, w) => tf.conv2d(y4(x!), w as tf.Tensor4D, [2, 1], 'valid'),
  },
  depthwiseConv2d: { shapes: [image, [3, 3, 3, 2]], run: (x, w) => tf.depthwiseConv2d(y4(x!), w as tf.Tensor4D, 1, 'same') },
  maxPool: { shapes: [image], run: x => tf.maxPool(y4(x!), 2, 2, 'valid') },
  avgPool: { shapes: [image], run: x => tf.avgPool(y4(x!), 2, 2, 'valid') },
  batchNorm: {
    shapes: [image, [3], [3]],
    run: (x, scale, shift) => {
      const { mean, variance } = tf.moments(x!, [0, 1, 2])
      return tf.batchNorm(x!, mean as tf.Tensor1D, variance as tf.Tensor1D, shift as tf.Tensor1D, scale as tf.Tensor1D, 1e-3)
    },
  },
  relu: { shapes: [image], run: x => tf.relu(x!) },
  elu: { shapes: [image], run: x => tf.elu(x!) },
  sigmoid: { shapes: [image], run: x => tf.sigmoid(x!) },
  tanh: { shapes: [image], run: x => tf.tanh(x!) },
  softmax: { shapes: [[40, 10]], run: x => tf.softmax(x!) },
  logSoftmax: { shapes: [[40, 10]], run: x => tf.logSoftmax(x!) },
  mean: { shapes: [[3, 5000, 4]], run: x => tf.mean(x!, 1) },
  max: { shapes: [[3, 50, 4]], run: x => tf.max(x!, 1) },
  cumsum: { shapes: [[3, 50]], run: x => tf.cumsum(x!, 1) },
  'exp, log, sqrt': { shapes: [image], run: x => tf.sqrt(tf.log(tf.add(1, tf.exp(x!)))) },
  concat: {
    shapes: [
      [3, 4],
      [3, 2],
    ],
    run: (a, b) => tf.concat([a!, b!], 1),
  },
  'slice, pad': {
    shapes: [[3, 7]],
    run: x =>
      tf.pad(tf.slice(x!, [0, 2], [3, 4]), [
        [1, 0],
        [0, 2],
      ]),
  },
  transpose: { shapes: [image], run: x => tf.transpose(x!, [0, 3, 1, 2]) },
  gather: { shapes: [[30, 5]], run: x => tf.gather(x!, tf.tensor1d([3, 29, 3, 0], 'int32')) },
  where: { shapes: [[40], [40]], run: (a, b) => tf.where(tf.less(tf.range(0, 40), 20), a!, b!) },
  argMax: { shapes: [[40, 10]], run: x => tf.argMax(x!, 1), gradients: false },
  topk: { shapes: [[4, 30]], run: x => tf.topk(x!, 5).values, gradients: false },
}

/** The values of every case, and their gradients. */
function values(): Map<string, Float32Array> {
  const found = new Map<string, Float32Array>()
  const random = new Random(7)
  const note = (name: string, y: tf.Tensor) => found.set(name, Float32Array.from(y.dataSync()))
  for (const [name, { shapes, run, gradients = true }] of Object.entries(cases))
    tf.tidy(() => {
      const inputs = shapes.map(shape =>
        tf.tensor(
          Float32Array.from({ length: tf.util.sizeFromShape([...shape]) }, () => random.normal()),
          [...shape],
        ),
      )
      note(name, run(...inputs))
      if (!gradients) return
      // Not of a plain sum, whose gradients cancel out.
      const weights = (shape: number[]) =>
        tf.tensor(
          Float32Array.from({ length: tf.util.sizeFromShape(shape) }, (_, i) => Math.cos(i)),
          shape,
        )
      const scalar = (...given: tf.Tensor[]) => {
        const y = run(...given)
        return tf.sum(tf.mul(y, weights(y.shape))) as tf.Scalar
      }
      for (const [i, gradient] of tf.grads(scalar)(inputs).entries()) note(`gradient ${i + 1} of ${name}`, gradient)
    })
  return found
}

function apart(expected: Float32Array, found: Float32Array): number {
  if (expected.length !== found.length) return Number.POSITIVE_INFINITY
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const difference = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - found[i]!) || 0), 0)
  // What is no number is not like one.
  return found.every(Number.isFinite) ? difference / Math.max(largest, 1e-12) : Number.POSITIVE_INFINITY
}

async function check(kind: string, project: string): Promise<Checked> {
  lookInProject(project)
  const quiet = { log: false } as const
  const { detail } = await useBackend({ prefer: kind === 'gpu' ? 'node-gpu' : 'node', ...quiet })
  const { isUsingGpuDevice = false, binding } = tf.backend() as MaybeNative
  // Matrix units of GPUs round to ten bits of a number on their way.
  const tolerance = isUsingGpuDevice ? 5e-3 : 1e-4
  const before = tf.memory().numTensors
  const found = values()
  const left = tf.memory().numTensors - before
  await useBackend({ prefer: 'cpu', ...quiet })
  const errors = [...values()].map(([name, expected]) => ({ name, error: apart(expected, found.get(name)!) }))
  const worst = errors.reduce((most, each) => (each.error > most.error ? each : most))
  return {
    tensorflow: binding?.TF_Version ?? 'unknown',
    detail,
    cuda: isUsingGpuDevice,
    kernels: errors.length,
    error: worst.error,
    worst: worst.name,
    wrong: errors.filter(({ error }) => !(error <= tolerance)).map(({ name, error }) => `${name} (${error.toExponential(1)})`),
    left,
  }
}

const [kind = 'cpu', project = '.'] = process.argv.slice(2)
const told = await check(kind, project).catch((error: Error) => ({ fails: error.message }))
console.log(JSON.stringify(told))
