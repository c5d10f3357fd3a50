import {
  add,
  Conv2D,
  Conv2DBackpropFilter,
  Conv2DBackpropInput,
  engine,
  matMul,
  mul,
  type NamedAttrMap,
  type NamedTensorMap,
  relu,
  setBackend,
  step,
  sum,
  type Tensor,
  type Tensor2D,
  tensor,
  tidy,
  util,
} from '@tensorflow/tfjs-core'
import { gradientKernelNames } from '../../wasm/compiled/kernel-names.js'
import { hasKernel, runKernel } from '../../wasm/compiled/run-kernel.js'

/** A part of the work: its inputs' shapes, and one way forward and back. */
interface Part {
  readonly shapes: readonly (readonly number[])[]
  run(...inputs: Tensor[]): Tensor
}

/** ReLU, and back through it as a fit goes: by a kernel of its own where the backend has one. */
function throughRelu(x: Tensor): Tensor {
  const dy = relu(x)
  return hasKernel(gradientKernelNames.relu) ? runKernel(gradientKernelNames.relu, { dy, saved: x }) : mul(dy, step(x))
}

const kernel = (name: string, inputs: NamedTensorMap, attrs: NamedAttrMap) => engine().runKernel<Tensor>(name, inputs, attrs)

function convolution(shape: readonly [number, number, number, number], filters: number): Part {
  const filterShape = [3, 3, shape[3], filters]
  const attrs = { strides: [1, 1], pad: 'same', dataFormat: 'NHWC', dilations: [1, 1] }
  return {
    shapes: [shape, filterShape],
    run(x, filter) {
      const inner = kernel(Conv2D, { x: x!, filter: filter! }, attrs)
      const dy = throughRelu(inner)
      const dx = kernel(Conv2DBackpropInput, { dy, filter: filter! }, { ...attrs, inputShape: [...shape] })
      const dw = kernel(Conv2DBackpropFilter, { x: x!, dy }, { ...attrs, filterShape })
      return add(sum(dw), add(sum(dx), sum(dy)))
    },
  }
}

function dense(rows: number, inputs: number, outputs: number): Part {
  return {
    shapes: [
      [rows, inputs],
      [inputs, outputs],
    ],
    run(x, weights) {
      const inner = matMul(x as Tensor2D, weights as Tensor2D)
      const dy = throughRelu(inner) as Tensor2D
      const dx = matMul(dy, weights as Tensor2D, false, true)
      const dw = matMul(x as Tensor2D, dy, true, false)
      return add(sum(dw), add(sum(dx), sum(dy)))
    },
  }
}

/** A step of a network so small that calls count, and one in which the processor has to do: as much time for one as for the other. */
const small = [convolution([16, 14, 14, 4], 8), dense(32, 64, 32)]
const large = [convolution([32, 16, 16, 32], 32), dense(128, 784, 256)]

export interface Effort {
  readonly rounds: number
  readonly msOfRound: number
  readonly parts: readonly Part[]
}

const usual: Effort = { rounds: 3, msOfRound: 6, parts: [...small, ...large] }
/** For tests: what plain JavaScript can do, too. */
export const little: Effort = { rounds: 1, msOfRound: 0, parts: small }

/**
 * Measures backends that are started, in turns, so that what else the machine does meets both; for each the geometric mean of the shortest
 * times of the parts, in ms. Nothing is left behind.
 */
export async function timesInTurns(backends: readonly string[], { rounds, msOfRound, parts }: Effort = usual): Promise<number[]> {
  const best = backends.map(() => parts.map(() => Number.POSITIVE_INFINITY))
  const inputs: Tensor[][][] = []
  try {
    for (let round = 0; round < rounds; round++)
      for (const [i, name] of backends.entries()) {
        await setBackend(name)
        inputs[i] ??= parts.map(({ shapes }) => shapes.map(numbers))
        for (const [j, part] of parts.entries()) best[i]![j] = Math.min(best[i]![j]!, shortest(part, inputs[i]![j]!, msOfRound))
      }
  } finally {
    for (const tensor of inputs.flat(2)) tensor.dispose()
  }
  return best.map(times => Math.exp(times.reduce((sum, time) => sum + Math.log(time), 0) / times.length))
}

function numbers(shape: readonly number[]): Tensor {
  return tensor(
    Float32Array.from({ length: util.sizeFromShape([...shape]) }, (_, i) => Math.cos(i) / 8),
    [...shape],
  )
}

function shortest(part: Part, inputs: Tensor[], ms: number): number {
  let least = Number.POSITIVE_INFINITY
  const end = performance.now() + ms
  do {
    const began = performance.now()
    tidy(() => part.run(...inputs).dataSync())
    least = Math.min(least, performance.now() - began)
  } while (performance.now() < end)
  return least
}
