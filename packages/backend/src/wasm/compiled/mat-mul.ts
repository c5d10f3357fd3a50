import { _FusedMatMul, BatchMatMul, backend_util, type TensorInfo, util } from '@tensorflow/tfjs-core'
import { batchMatMul, requireSidesFit } from '../composed/batch-mat-mul.js'
import type { KernelArgs } from '../kernels.js'
import { type ActivationAttrs, laterActivation, servesActivation, storedActivation } from './activation.js'
import { compiledKernel } from './kernel.js'
import { layerKernelNames } from './kernel-names.js'
import { gradientsOfLayer, type LayerGradientAttrs, type LayerGradientInputs } from './layer-gradient.js'
import type { Machine } from './machine.js'
import { multiplication } from './multiplication.js'

type Inputs = { a: TensorInfo; b: TensorInfo; bias?: TensorInfo; preluActivationWeights?: TensorInfo }
type Attrs = { transposeA: boolean; transposeB: boolean } & ActivationAttrs

/** a b with either side transposed, over any batch dimensions, which broadcast; the bias is one row. */
function product(machine: Machine, { inputs, attrs, backend }: KernelArgs<Inputs, Attrs>): TensorInfo | undefined {
  const { a, b, bias, preluActivationWeights } = inputs
  const { transposeA, transposeB } = attrs
  requireSidesFit(inputs, attrs)
  if (a.dtype !== 'float32' || b.dtype !== 'float32' || !servesActivation(attrs)) return undefined
  const [rowsOfA, columnsOfA] = a.shape.slice(-2) as [number, number]
  const [rowsOfB, columnsOfB] = b.shape.slice(-2) as [number, number]
  const [m, k] = transposeA ? [columnsOfA, rowsOfA] : [rowsOfA, columnsOfA]
  const n = transposeB ? rowsOfB : columnsOfB
  if (bias && (bias.dtype !== 'float32' || util.sizeFromShape(bias.shape) !== n || bias.shape.at(-1) !== n)) return undefined

  const batchA = a.shape.slice(0, -2)
  const batchB = b.shape.slice(0, -2)
  const batch = backend_util.assertAndGetBroadcastShape(batchA, batchB)
  const out = backend.makeOutput([...batch, m, n], 'float32')
  const [addressA, addressB, addressOut] = [machine.address(a), machine.address(b), machine.address(out)]
  const epilogue = { bias: bias ? machine.address(bias) : 0, activation: storedActivation(attrs) }
  const multiply = multiplication(machine, { m, n, k, transposeA, transposeB, ...epilogue })
  const matrixOfA = matrixIndex(batchA, batch)
  const matrixOfB = matrixIndex(batchB, batch)
  for (let i = 0, count = util.sizeFromShape(batch); i < count; i++) {
    multiply(addressA + 4 * m * k * matrixOfA(i), addressB + 4 * k * n * matrixOfB(i), addressOut + 4 * m * n * i)
  }
  return laterActivation(backend, out, attrs, preluActivationWeights)
}

/** Which matrix of a batch of shape `own` stands at place i of the broadcast batch `all`. */
function matrixIndex(own: number[], all: number[]): (i: number) => number {
  if (util.arraysEqual(own, all)) return i => i
  const padded = [...new Array<number>(all.length - own.length).fill(1), ...own]
  const steps = util.computeStrides([...padded, 1])
  return i => {
    let index = 0
    for (let axis = all.length - 1; axis >= 0; axis--) {
      const size = all[axis]!
      if (padded[axis] !== 1) index += (i % size) * steps[axis]!
      i = Math.floor(i / size)
    }
    return index
  }
}

type DenseInputs = { x: TensorInfo; kernel: TensorInfo; bias?: TensorInfo }

function dense(machine: Machine, { inputs, attrs, backend }: KernelArgs<DenseInputs, ActivationAttrs>): TensorInfo | undefined {
  const { x: a, kernel: b, bias } = inputs
  return product(machine, {
    inputs: { a, b, ...(bias && { bias }) },
    attrs: { ...attrs, transposeA: false, transposeB: false },
    backend,
  })
}

function denseGradient(machine: Machine, args: KernelArgs<LayerGradientInputs, LayerGradientAttrs>): TensorInfo[] {
  const { inputs, backend } = args
  return gradientsOfLayer(machine, args, dy => {
    const attrs = { transposeA: true, transposeB: false }
    return product(machine, { inputs: { a: inputs.x, b: dy }, attrs, backend })!
  })
}

export const matMulKernels = [
  compiledKernel(BatchMatMul, product, batchMatMul),
  compiledKernel(_FusedMatMul, product),
  compiledKernel(layerKernelNames.dense, dense),
  compiledKernel(layerKernelNames.denseGradient, denseGradient),
]
