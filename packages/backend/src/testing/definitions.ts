import * as tf from '@tensorflow/tfjs-core'
import { batchNormKernelNames, softmaxCrossEntropyName } from '../wasm/compiled/kernel-names.js'
import type { Reference } from './numerical.js'

/** A program whose kernels are to be held against what it means, written as plain loops in float64. */
export interface Definition {
  readonly name: string
  /** Of the inputs, which are all float32 and differentiable. */
  readonly shapes: readonly number[][]
  readonly program: (...inputs: tf.Tensor[]) => tf.Tensor
  readonly reference: Reference
}

type Transposed = readonly [a: boolean, b: boolean]

/** `batches` products [m, k] [k, n]; b may be one matrix for all. */
export function matMul(m: number, k: number, n: number, [left, right]: Transposed, batches = 1, shared = false): Definition {
  const [a, b] = [left ? [k, m] : [m, k], right ? [n, k] : [k, n]]
  return {
    name: `matMul ${batches} x [${a}] ${left ? 'transposed ' : ''}by ${shared ? 'one ' : ''}[${b}]${right ? ' transposed' : ''}`,
    shapes: [
      [batches, ...a],
      [shared ? 1 : batches, ...b],
    ],
    program: (x, y) => tf.matMul(x!, y!, left, right),
    reference: (x, y) => {
      const out = new Float64Array(batches * m * n)
      for (let batch = 0; batch < batches; batch++) {
        for (let i = 0; i < m; i++) {
          for (let j = 0; j < n; j++) {
            for (let l = 0; l < k; l++) {
              const inA = batch * m * k + (left ? l * m + i : i * k + l)
              const inB = (shared ? 0 : batch * k * n) + (right ? j * k + l : l * n + j)
              out[(batch * m + i) * n + j]! += x![inA]! * y![inB]!
            }
          }
        }
      }
      return out
    },
  }
}

type Shape4 = [number, number, number, number]
export type Pad = 'same' | 'valid' | tf.backend_util.ExplicitPadding

/** Visits every product that a convolution adds up: places in the input, in the filter, and in the output. */
function eachProduct(g: tf.backend_util.Conv2DInfo, visit: (x: number, filter: number, y: number) => void): void {
  for (let n = 0; n < g.batchSize; n++) {
    for (let row = 0; row < g.outHeight; row++) {
      for (let column = 0; column < g.outWidth; column++) {
        for (let kh = 0; kh < g.filterHeight; kh++) {
          for (let kw = 0; kw < g.filterWidth; kw++) {
            const h = row * g.strideHeight + kh - g.padInfo.top
            const w = column * g.strideWidth + kw - g.padInfo.left
            if (h < 0 || h >= g.inHeight || w < 0 || w >= g.inWidth) continue
            for (let c = 0; c < g.inChannels; c++) {
              for (let o = 0; o < g.outChannels; o++) {
                visit(
                  ((n * g.inHeight + h) * g.inWidth + w) * g.inChannels + c,
                  ((kh * g.filterWidth + kw) * g.inChannels + c) * g.outChannels + o,
                  ((n * g.outHeight + row) * g.outWidth + column) * g.outChannels + o,
                )
              }
            }
          }
        }
      }
    }
  }
}

/** The forward convolution, and its two gradients as programs of their own. */
export function conv2d(x: Shape4, filter: Shape4, strides: [number, number], pad: Pad) {
  const g = tf.backend_util.computeConv2DInfo(x, filter, strides, 1, pad)
  const sums = (size: number, add: (out: Float64Array) => void) => {
    const out = new Float64Array(size)
    add(out)
    return out
  }
  const size = tf.util.sizeFromShape
  const attrs = { strides, pad, dataFormat: 'NHWC' as const, dilations: 1 }
  const run = (kernelName: string, inputs: tf.NamedTensorMap, own: object) =>
    tf.engine().runKernel(kernelName, inputs, { ...attrs, ...own }) as tf.Tensor
  const name = `[${x}] with [${filter}], strides ${strides}, pad ${JSON.stringify(pad)}`
  const forward: Definition = {
    name: `conv2d ${name}`,
    shapes: [x, filter],
    program: (a, f) => tf.conv2d(a as tf.Tensor4D, f as tf.Tensor4D, strides, pad),
    reference: (a, f) =>
      sums(size(g.outShape), y =>
        eachProduct(g, (i, j, k) => {
          y[k]! += a![i]! * f![j]!
        }),
      ),
  }
  const inputGradient: Definition = {
    name: `input gradient of conv2d ${name}`,
    shapes: [g.outShape, filter],
    program: (dy, f) => run(tf.Conv2DBackpropInput, { dy: dy!, filter: f! }, { inputShape: x }),
    reference: (dy, f) =>
      sums(size(x), dx =>
        eachProduct(g, (i, j, k) => {
          dx[i]! += dy![k]! * f![j]!
        }),
      ),
  }
  const filterGradient: Definition = {
    name: `filter gradient of conv2d ${name}`,
    shapes: [x, g.outShape],
    program: (a, dy) => run(tf.Conv2DBackpropFilter, { x: a!, dy: dy! }, { filterShape: filter }),
    reference: (a, dy) =>
      sums(size(filter), df =>
        eachProduct(g, (i, j, k) => {
          df[j]! += a![i]! * dy![k]!
        }),
      ),
  }
  return { forward, inputGradient, filterGradient }
}

/** Batch norm with the batch's own statistics: gradients flow through these too. */
export function batchNormTraining(rows: number, channels: number, epsilon = 1e-3): Definition {
  return {
    name: `batch norm in training, ${rows} x ${channels}`,
    shapes: [[rows, channels], [channels], [channels]],
    program: (x, gamma, beta) =>
      (
        tf.engine().runKernel(batchNormKernelNames.training, { x: x!, gamma: gamma!, beta: beta! }, { epsilon }) as unknown as [
          tf.Tensor,
        ]
      )[0],
    reference: (x, gamma, beta) => {
      const column = (c: number) => Array.from({ length: rows }, (_, i) => x![i * channels + c]!)
      const statistics = Array.from({ length: channels }, (_, c) => {
        const mean = column(c).reduce((a, b) => a + b, 0) / rows
        return { mean, variance: column(c).reduce((sum, value) => sum + (value - mean) ** 2, 0) / rows }
      })
      return x!.map((value, i) => {
        const { mean, variance } = statistics[i % channels]!
        return ((value - mean) / Math.sqrt(variance + epsilon)) * gamma![i % channels]! + beta![i % channels]!
      })
    },
  }
}

/** Batch norm with given statistics; the variance is its input plus 1.5, so that any input will do. */
export function batchNorm(rows: number, channels: number, epsilon = 1e-3): Definition {
  return {
    name: `batch norm by given statistics, ${rows} x ${channels}`,
    shapes: [[rows, channels], [channels], [channels], [channels], [channels]],
    program: (x, mean, variance, offset, scale) =>
      tf.batchNorm(
        x!,
        mean as tf.Tensor1D,
        tf.add(variance!, 1.5) as tf.Tensor1D,
        offset as tf.Tensor1D,
        scale as tf.Tensor1D,
        epsilon,
      ),
    reference: (x, mean, variance, offset, scale) =>
      x!.map((value, i) => {
        const c = i % channels
        return ((value - mean![c]!) / Math.sqrt(variance![c]! + 1.5 + epsilon)) * scale![c]! + offset![c]!
      }),
  }
}

/** The mean over rows of -sum(target log softmax(logits)); targets are soft, or one class for each row. */
export function softmaxCrossEntropy(rows: number, classes: number, soft: boolean): Definition {
  const wanted = (i: number, j: number) => (soft ? ((i + 2 * j) % 5) / 8 : Number(j === (3 * i + 1) % classes))
  const target = () =>
    soft
      ? tf.tensor(
          Array.from({ length: rows * classes }, (_, i) => wanted(Math.floor(i / classes), i % classes)),
          [rows, classes],
        )
      : tf.tensor1d(
          Array.from({ length: rows }, (_, i) => (3 * i + 1) % classes),
          'int32',
        )
  const program = tf.customGrad((...args) => {
    const [logits, save] = args as unknown as [tf.Tensor, tf.GradSaveFunc]
    const inputs = { logits, target: target() }
    const [value, gradient] = tf.engine().runKernel(softmaxCrossEntropyName, inputs) as unknown as [tf.Tensor, tf.Tensor]
    save([gradient])
    return { value, gradFunc: (dy: tf.Tensor, saved: tf.Tensor[]) => tf.mul(saved[0]!, dy) }
  })
  return {
    name: `softmax cross-entropy, ${rows} x ${classes}, ${soft ? 'soft targets' : 'classes'}`,
    shapes: [[rows, classes]],
    program: logits => program(logits!),
    reference: logits => {
      let loss = 0
      for (let i = 0; i < rows; i++) {
        const row = logits!.slice(i * classes, (i + 1) * classes)
        const most = Math.max(...row)
        const level = most + Math.log(row.reduce((sum, z) => sum + Math.exp(z - most), 0))
        row.forEach((z, j) => {
          if (wanted(i, j) !== 0) loss += (wanted(i, j) * (level - z)) / rows
        })
      }
      return Float64Array.of(loss)
    },
  }
}

/** Rows added up by id, ids out of range left out. */
export function segmentSum(ids: readonly number[], width: number, segments: number): Definition {
  return {
    name: `segment sum of rows of ${width} into ${segments} by [${ids}]`,
    shapes: [[ids.length, width]],
    program: x => tf.unsortedSegmentSum(x!, tf.tensor1d([...ids], 'int32'), segments),
    reference: x => {
      const out = new Float64Array(segments * width)
      ids.forEach((id, row) => {
        if (id < 0 || id >= segments) return
        for (let j = 0; j < width; j++) out[id * width + j]! += x![row * width + j]!
      })
      return out
    },
  }
}

/** Rows looked up by index, whose gradient is a segment sum. */
export function lookUp(indices: readonly number[], width: number, rows: number): Definition {
  return {
    name: `rows [${indices}] of ${rows} x ${width}`,
    shapes: [[rows, width]],
    program: table => tf.gather(table!, tf.tensor1d([...indices], 'int32')),
    reference: table => Float64Array.from(indices.flatMap(index => [...table!.slice(index * width, (index + 1) * width)])),
  }
}

/** The sum over the middle one of three axes. */
export function sum(outer: number, middle: number, inner: number): Definition {
  return {
    name: `sum over the middle of ${outer} x ${middle} x ${inner}`,
    shapes: [[outer, middle, inner]],
    program: x => tf.sum(x!, 1),
    reference: x => {
      const out = new Float64Array(outer * inner)
      x!.forEach((value, i) => {
        out[Math.floor(i / middle / inner) * inner + (i % inner)]! += value
      })
      return out
    },
  }
}
