import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import type { TensorInfo } from '@tensorflow/tfjs-core'
import { view } from '../kernels.js'
import { tile } from './tile.js'

/** What `run` makes of two tensors in the shape that both are repeated to. */
export function withBothRepeated(
  backend: BackendWasm,
  [a, b]: readonly [TensorInfo, TensorInfo],
  shape: readonly number[],
  run: (a: TensorInfo, b: TensorInfo) => TensorInfo,
): TensorInfo {
  const made: TensorInfo[] = []
  const whole = (x: TensorInfo) => {
    const own = [...Array<number>(shape.length - x.shape.length).fill(1), ...x.shape]
    const reps = shape.map((size, axis) => (own[axis] === size ? 1 : size))
    if (reps.every(count => count === 1)) return view(x, [...shape])
    made.push(tile({ inputs: { x: view(x, own) }, attrs: { reps }, backend }))
    return made.at(-1)!
  }
  const result = run(whole(a), whole(b))
  for (const { dataId } of made) backend.disposeData(dataId)
  return result
}
