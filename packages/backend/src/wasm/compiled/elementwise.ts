import {
  Add,
  Erf,
  Exp,
  LeakyRelu,
  Relu,
  Relu6,
  Rsqrt,
  Selu,
  Sign,
  Softplus,
  Sqrt,
  Tanh,
  type TensorInfo,
  util,
} from '@tensorflow/tfjs-core'
import type { KernelArgs } from '../kernels.js'
import type { ForwardFunction, GradientFunction } from './functions.js'
import { compiledKernel } from './kernel.js'
import { activationKernelNames, gradientKernelNames, scaleName } from './kernel-names.js'
import type { Machine } from './machine.js'
import { divide, overNumbers, TOUCH } from './parts.js'

type Attrs = Record<string, number>

/** A kernel of one input, and the attributes that are the function's parameters, in their order. */
function forward(kernelName: string, name: ForwardFunction, ...parameters: string[]) {
  const run = (machine: Machine, { inputs, attrs, backend }: KernelArgs<{ x: TensorInfo }, Attrs>): TensorInfo | undefined => {
    const { x } = inputs
    if (x.dtype !== 'float32') return undefined
    const out = backend.makeOutput(x.shape, 'float32')
    const [from, to, constants] = [machine.address(x), machine.address(out), parameters.map(key => attrs[key]!)]
    overNumbers(machine, util.sizeFromShape(x.shape), (at, count) => [name, from + at, to + at, count, ...constants])
    return out
  }
  return compiledKernel(kernelName, run)
}

function gradient(of: keyof typeof gradientKernelNames, ...parameters: string[]) {
  const name: GradientFunction = `${of}Gradient`
  const run = (machine: Machine, { inputs, attrs, backend }: KernelArgs<{ dy: TensorInfo; saved: TensorInfo }, Attrs>) => {
    const { dy, saved } = inputs
    const out = backend.makeOutput(dy.shape, 'float32')
    const [above, from, to] = [machine.address(dy), machine.address(saved), machine.address(out)]
    const constants = parameters.map(key => attrs[key]!)
    overNumbers(machine, util.sizeFromShape(dy.shape), (at, count) => {
      return [name, above + at, from + at, to + at, count, ...constants]
    })
    return out
  }
  return compiledKernel(gradientKernelNames[of], run)
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
  const [from, row, to] = [machine.address(a), machine.address(b), machine.address(out)]
  const parts = divide(machine.threads, rows, TOUCH * rows * columns)
  machine.parallel(
    parts.map(({ first, count }) => ['addRow', from + 4 * first * columns, row, to + 4 * first * columns, count, columns]),
  )
  return out
}

function scale(machine: Machine, { inputs, backend }: KernelArgs<{ x: TensorInfo; factor: TensorInfo }, object>): TensorInfo {
  const { x, factor } = inputs
  const out = backend.makeOutput(x.shape, 'float32')
  machine.run.scaleBy(machine.address(x), machine.address(factor), machine.address(out), util.sizeFromShape(x.shape))
  return out
}

/** Elu and Sigmoid are missing: TensorFlow.js's own kernels for them are as fast as ours would be. */
export const elementwiseKernels = [
  compiledKernel(scaleName, scale),
  compiledKernel(Add, add),
  forward(Relu, 'relu'),
  forward(Relu6, 'relu6'),
  forward(LeakyRelu, 'leakyRelu', 'alpha'),
  forward(Selu, 'selu'),
  forward(Softplus, 'softplus'),
  forward(Exp, 'exp'),
  forward(Tanh, 'tanh'),
  forward(Erf, 'erf'),
  forward(Sqrt, 'squareRoot'),
  forward(Rsqrt, 'inverseRoot'),
  forward(Sign, 'sign'),
  forward(activationKernelNames.gelu, 'gelu'),
  forward(activationKernelNames.sigmoidWeighted, 'sigmoidWeighted', 'slope', 'cube'),
  gradient('relu'),
  gradient('relu6'),
  gradient('leakyRelu', 'alpha'),
  gradient('elu'),
  gradient('selu'),
  gradient('softplus'),
  gradient('sigmoid'),
  gradient('tanh'),
  gradient('erf'),
  gradient('square'),
  gradient('gelu'),
  gradient('sigmoidWeighted', 'slope', 'cube'),
]
