import { type TensorInfo, util } from '@tensorflow/tfjs-core'
import type { Machine } from './machine.js'

/** An axis of a copy: its size, and how many elements lie between its positions in the source and in the result. */
export interface Axis {
  readonly size: number
  readonly from: number
  readonly to: number
}

/** The fewest axes that describe the same copy. */
function collapse(axes: readonly Axis[]): Axis[] {
  const kept: Axis[] = []
  for (const { size, from, to } of axes) {
    if (size === 1) continue
    const previous = kept.at(-1)
    if (previous && previous.from === from * size && previous.to === to * size) {
      kept[kept.length - 1] = { size: previous.size * size, from, to }
    } else kept.push({ size, from, to })
  }
  return kept.length ? kept : [{ size: 1, from: 1, to: 1 }]
}

/** Puts the axis that is adjacent in the source next to the last one, where the compiled copy transposes the two in blocks. */
function pairForTransposing(axes: Axis[]): Axis[] {
  const adjacent = axes.findIndex(({ from }) => from === 1)
  if (adjacent < 0 || adjacent >= axes.length - 2) return axes
  const [axis] = axes.splice(adjacent, 1)
  return axes.toSpliced(-1, 0, axis!)
}

/** What the copies serve: numbers of 32 bits, with no more axes than the integers of a machine hold. */
export const serves = ({ dtype, shape }: TensorInfo): boolean => (dtype === 'float32' || dtype === 'int32') && shape.length <= 10

/** How many elements lie between the positions of each axis. */
export const stepsOf = (shape: readonly number[]): number[] => util.computeStrides([...shape, 1])

/** Whether a copy would leave every element where it is. */
export function isWhole(axes: readonly Axis[]): boolean {
  const [first, ...rest] = collapse(axes)
  return rest.length === 0 && first!.from === 1 && first!.to === 1
}

/** Copies elements from `first` on in the source to `start` on in the result. */
export function copyAlong(
  machine: Machine,
  axes: readonly Axis[],
  source: TensorInfo,
  first: number,
  target: TensorInfo,
  start = 0,
): void {
  if (axes.some(({ size }) => size === 0)) return
  const walk = pairForTransposing(collapse(axes))
  const shape = machine.integers([...walk.map(({ size }) => size), ...walk.map(({ from }) => from), ...walk.map(({ to }) => to)])
  machine.run.stridedCopy(shape, walk.length, machine.address(source) + 4 * first, machine.address(target) + 4 * start)
}
