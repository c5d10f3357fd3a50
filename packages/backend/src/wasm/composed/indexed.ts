import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import {
  CropAndResize,
  DenseBincount,
  GatherNd,
  ScatterNd,
  SparseToDense,
  type TensorInfo,
  TensorScatterUpdate,
  util,
} from '@tensorflow/tfjs-core'
import { type KernelArgs, stockKernel, type TrainingKernel, trainingKernel } from '../kernels.js'

type Inputs = Readonly<Record<string, TensorInfo>>
type Attrs = Readonly<Record<string, unknown>>

/** Places, so many numbers each, and the shape that they point into. */
interface Pointing {
  readonly indices: TensorInfo
  readonly axes: number
  readonly shape: readonly number[]
}

const scattered = (indices: TensorInfo, shape: readonly number[]): Pointing => ({
  indices,
  axes: indices.shape.length > 1 ? indices.shape.at(-1)! : 1,
  shape,
})

const pointings: Readonly<Record<string, (inputs: Inputs, attrs: Attrs) => Pointing>> = {
  [CropAndResize]: ({ image, boxInd }) => ({ indices: boxInd!, axes: 1, shape: image!.shape.slice(0, 1) }),
  [GatherNd]: ({ params, indices }) => ({ indices: indices!, axes: indices!.shape.at(-1)!, shape: params!.shape }),
  [ScatterNd]: ({ indices }, { shape }) => scattered(indices!, shape as number[]),
  [SparseToDense]: ({ sparseIndices }, { outputShape }) => scattered(sparseIndices!, outputShape as number[]),
  [TensorScatterUpdate]: ({ tensor, indices }) => scattered(indices!, tensor!.shape),
}

/**
 * Stock kernels that go wherever indices point, and so read and write in other tensors: indices that point nowhere are refused, in the words of the
 * cpu backend.
 */
export const indexedKernels: readonly TrainingKernel[] = [
  ...Object.entries(pointings).map(([kernelName, pointing]) =>
    trainingKernel<Inputs, Attrs>(kernelName, 'composed', ({ inputs, attrs, backend }: KernelArgs<Inputs, Attrs>) => {
      requireInside(backend, pointing(inputs, attrs))
      return stockKernel(backend, kernelName, inputs, attrs)
    }),
  ),
  trainingKernel<Inputs, Attrs>(DenseBincount, 'composed', ({ inputs, attrs, backend }) => {
    // Numbers that are too large are left out, negative ones counted before the result.
    const numbers = backend.typedArrayFromHeap(inputs['x']!)
    for (const number of numbers) util.assert(number >= 0, () => 'Input x must be non-negative!')
    return stockKernel(backend, DenseBincount, inputs, attrs)
  }),
]

function requireInside(backend: BackendWasm, { indices, axes, shape }: Pointing): void {
  const values = backend.typedArrayFromHeap(indices)
  for (let i = 0; i < values.length; i++)
    util.assert(
      values[i]! >= 0 && values[i]! < shape[i % axes]!,
      () => `Invalid indices: ${values.subarray(i - (i % axes), i - (i % axes) + axes)} does not index into ${shape}`,
    )
}
