import { backend_util } from '@tensorflow/tfjs-core'

type Pool3DInfoArgs = Parameters<typeof backend_util.computePool3DInfo>

export interface Pool3DAttrs {
  readonly filterSize: Pool3DInfoArgs[1]
  readonly strides: Pool3DInfoArgs[2]
  readonly pad: Pool3DInfoArgs[4]
  readonly dimRoundingMode?: Pool3DInfoArgs[5]
}

export function pool3DInfo(inShape: number[], { filterSize, strides, pad, dimRoundingMode }: Pool3DAttrs) {
  return backend_util.computePool3DInfo(inShape as Pool3DInfoArgs[0], filterSize, strides, 1, pad, dimRoundingMode)
}

/** Visits the windows of a 3D pooling in the order of its output: where each begins there, and the voxels of the input that it holds;
 * of both the first channel. */
export function eachWindow(g: ReturnType<typeof pool3DInfo>, visit: (output: number, voxels: readonly number[]) => void): void {
  const { front, top, left } = g.padInfo
  const depths = spans(g.outDepth, g.strideDepth, front, g.effectiveFilterDepth, g.inDepth)
  const rows = spans(g.outHeight, g.strideHeight, top, g.effectiveFilterHeight, g.inHeight)
  const columns = spans(g.outWidth, g.strideWidth, left, g.effectiveFilterWidth, g.inWidth)
  let output = 0
  for (let n = 0; n < g.batchSize; n++) {
    for (const [z0, z1] of depths) {
      for (const [y0, y1] of rows) {
        for (const [x0, x1] of columns) {
          const voxels: number[] = []
          for (let z = z0; z < z1; z++) {
            for (let y = y0; y < y1; y++) {
              for (let x = x0; x < x1; x++) voxels.push((((n * g.inDepth + z) * g.inHeight + y) * g.inWidth + x) * g.inChannels)
            }
          }
          visit(output, voxels)
          output += g.inChannels
        }
      }
    }
  }
}

/** Where the windows along one axis begin and end, within the input. */
function spans(count: number, stride: number, pad: number, size: number, length: number): [from: number, to: number][] {
  return Array.from({ length: count }, (_, i) => {
    const first = i * stride - pad
    return [Math.max(0, first), Math.min(first + size, length)]
  })
}
