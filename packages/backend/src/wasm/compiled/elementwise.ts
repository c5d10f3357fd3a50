import { Add, Relu, type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { KernelArgs } from '../kernels.js'
import { compiledKernel } from './kernel.js'
import { gradientKernelNames, scaleName } from './kernel-names.js'
import type { Machine } from './machine.js'

type GradientArgs = KernelArgs<{ dy: TensorInfo; saved: TensorInfo }, object>
type GradientFunction = 'reluGradient' | 'sigmoidGradient' | 'tanhGradient' | 'squareGradient'

function gradient(name: GradientFunction) {
  return (machine: Machine, { inputs, backend }: GradientArgs): TensorInfo => {
    const { dy, saved } = inputs
    const out = backend.makeOutput(dy.shape, 'float32')
    machine.run[name](machine.address(dy), machine.address(saved), machine.address(out), util.sizeFromShape(dy.shape))
    return out
  }
}

function relu(machine: Machine, { inputs, backend }: KernelArgs<{ x: TensorInfo }, object>): TensorInfo | undefined {
  const { x } = inputs
  if (x.dtype !== 'float32') return undefined
  const out = backend.makeOutput(x.shape, 'float32')
  machine.run.relu(machine.address(x), machine.address(out), util.sizeFromShape(x.shape))
  return out
}

/** Adds a row to every row: a bias. Other shapes stay with the stock kernel. */
function add(
  machine: Machine,
  { inputs, backend }: KernelArgs<{ a: TensorInfo; b: TensorInfo }, object>,
): TensorInfo | undefined {
  const { a, b } = inputs
  const columns = b.shape[0]
  if (a.dtype !== 'float32' || b.dtype !== 'float32') return undefined
  if (b.shape.length !== 1 || a.shape.length < 2 || a.shape.at(-1) !== columns || !columns) return undefined
  const out = backend.makeOutput(a.shape, 'float32')
  const rows = util.sizeFromShape(a.shape) / columns
  machine.run.addRow(machine.address(a), machine.address(b), machine.address(out), rows, columns)
  return out
}

function scale(machine: Machine, { inputs, backend }: KernelArgs<{ x: TensorInfo; factor: TensorInfo }, object>): TensorInfo {
  const { x, factor } = inputs
  const out = backend.makeOutput(x.shape, 'float32')
  machine.run.scaleBy(machine.address(x), machine.address(factor), machine.address(out), util.sizeFromShape(x.shape))
  return out
}

export const elementwiseKernels = [
  compiledKernel(scaleName, scale),
  compiledKernel(Relu, relu),
  compiledKernel(Add, add),
  compiledKernel(gradientKernelNames.relu, gradient('reluGradient')),
  compiledKernel(gradientKernelNames.sigmoid, gradient('sigmoidGradient')),
  compiledKernel(gradientKernelNames.tanh, gradient('tanhGradient')),
  compiledKernel(gradientKernelNames.square, gradient('squareGradient')),
]
