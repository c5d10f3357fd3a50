import type { BackendWasm } from '@tensorflow/tfjs-backend-wasm'
import { type Machine, machineFor } from '../compiled/machine.js'
import { multiplication } from '../compiled/multiplication.js'
import { overNumbers } from '../compiled/parts.js'

/** Of a product's sides: enough for each of a few threads, and over in half a millisecond. */
const SIDE = 256
/** Of numbers that are passed over, as activations and optimizers do. */
const NUMBERS = 2 ** 18
const ROUNDS = 9
/** Fewer gain too little to be worth other programs' waiting. */
const GAIN = 1.2

/** How many threads are taken, and how many times as fast as one some were. */
export interface Choice {
  readonly threads: number
  /** How many the gain is of: those that are taken, or where that is one those that came nearest. */
  readonly tried: number
  readonly gain: number
}

/**
 * The number of threads that works fastest on a backend that has several, in a trial of some 30 ms in which all take turns: as many as
 * there are, half of them, or one, where more than that gain less than a fifth. What counts is the median, so that a processor
 * that is busy otherwise, whose slower half the others wait for, is found out.
 */
export function fastestThreads(backend: BackendWasm): Choice {
  const machine = machineFor(backend)!
  const numbers = [1, ...new Set([Math.ceil(machine.threads / 2), machine.threads].filter(number => number > 1))]
  const tensors = [[SIDE, SIDE], [SIDE, SIDE], [SIDE, SIDE], [NUMBERS]].map(shape => backend.makeOutput(shape, 'float32'))
  for (const tensor of tensors) backend.typedArrayFromHeap(tensor).fill(1)
  const addresses = tensors.map(machine.address) as [number, number, number, number]
  const times = numbers.map(() => [] as number[])
  for (let round = 0; round < ROUNDS; round++)
    for (const [i, threads] of numbers.entries()) {
      const began = performance.now()
      work({ ...machine, threads }, addresses)
      times[i]!.push(performance.now() - began)
    }
  for (const { dataId } of tensors) backend.disposeData(dataId)
  return fastestOf(numbers, times)
}

/** @param times of each number of threads, of which the first is 1 */
export function fastestOf(numbers: readonly number[], times: readonly (readonly number[])[]): Choice {
  const medians = times.map(list => list.toSorted((a, b) => a - b)[list.length >> 1]!)
  const [one, ...several] = numbers.map((tried, i) => ({ tried, gain: medians[0]! / medians[i]! }))
  const best = several.reduce((best, each) => (each.gain > best.gain ? each : best), several[0] ?? one!)
  return { threads: best.gain >= GAIN ? best.tried : 1, ...best }
}

function work(machine: Machine, [a, b, product, numbers]: readonly [number, number, number, number]): void {
  const multiply = multiplication(machine, { m: SIDE, n: SIDE, k: SIDE })
  for (let i = 0; i < 2; i++) {
    multiply(a, b, product)
    overNumbers(machine, NUMBERS, (at, count) => ['relu', numbers + at, numbers + at, count])
  }
}
