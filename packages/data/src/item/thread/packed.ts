import type { Encoded } from '../item-encoder.js'
import type { Run, Samples } from '../samples.js'
import { scaled } from '../scaled.js'

/**
 * Samples, or errors in their places, whose numbers lie in one buffer: it goes to another thread without being copied. They are scaled already, so that
 * the other thread need not do it.
 */
export interface Packed {
  readonly buffer: ArrayBuffer
  readonly count: number
  readonly errors: ReadonlyMap<number, Error>
  /** Those of the errors: what is sent to another thread loses its own. */
  readonly codes: ReadonlyMap<number, string>
  /** Those that follow each other and are alike, as they mostly are: what is small goes quickly. */
  readonly runs: readonly PackedRun[]
}

interface PackedRun {
  /** The place of its first sample. */
  readonly first: number
  readonly count: number
  readonly xs: readonly PackedNumbers[]
  readonly ys: readonly PackedNumbers[]
}

interface PackedNumbers {
  /** Of one sample. */
  readonly shape: readonly number[]
  readonly type: keyof typeof types
  /** Where they begin in the buffer, in bytes. */
  readonly at: number
  /** How many all samples of the run have. */
  readonly length: number
}

const types = { float32: Float32Array, int32: Int32Array, uint8: Uint8Array }

/**
 * The samples stay as they are: others may have the same numbers.
 *
 * @param samples each in a run of its own, as they are read
 * @param spare a buffer to use, where it is large enough
 */
export function pack({ count, runs, errors }: Samples, spare?: ArrayBuffer): Packed {
  const codes = new Map([...errors].flatMap(([i, error]) => ('code' in error ? [[i, String(error.code)]] : [])))
  const groups = grouped(runs)
  let room = 0
  for (const group of groups)
    for (const each of partsOf(group[0]!)) room = roundedUp(room, each) + each.values.length * group.length * bytesOf(each)
  const buffer = spare && spare.byteLength >= room ? spare : new ArrayBuffer(room)
  let end = 0
  const put = (group: readonly Run[], parts: (run: Run) => readonly Encoded[]): PackedNumbers[] =>
    parts(group[0]!).map((first, part) => {
      const at = roundedUp(end, first)
      const [type, size] = [typeOf(first), first.values.length]
      const numbers = new types[type](buffer, at, size * group.length)
      for (let i = 0; i < group.length; i++) {
        const { values, scale = 1 } = parts(group[i]!)[part]!
        if (size === 1 || scale !== 1) scaled(values, scale, numbers, i * size)
        else numbers.set(values, i * size)
      }
      end = at + numbers.byteLength
      return { type, at, length: numbers.length, shape: first.shape }
    })
  const packed = groups.map(group => ({
    first: group[0]!.places[0]!,
    count: group.length,
    xs: put(group, run => run.xs),
    ys: put(group, run => run.ys),
  }))
  return { buffer, count, errors, codes, runs: packed }
}

/** @param places of the samples in the batch, where they are some of its samples only */
export function unpack({ buffer, count, errors, codes, runs }: Packed, places?: Int32Array): Samples {
  const all = places ?? Int32Array.from({ length: count }, (_, i) => i)
  const numbers = ({ type, at, length, shape }: PackedNumbers): Encoded => ({
    shape,
    values: new types[type](buffer, at, length),
  })
  const unpacked = runs.map(({ first, count, xs, ys }) => ({
    places: all.subarray(first, first + count),
    xs: xs.map(numbers),
    ys: ys.map(numbers),
  }))
  const named = [...errors].map(([i, error]) => {
    const code = codes.get(i)
    return [all[i]!, code === undefined ? error : Object.assign(error, { code })] as const
  })
  return { count, runs: unpacked, errors: new Map(named) }
}

/** Those that follow each other and are alike. */
function grouped(runs: readonly Run[]): Run[][] {
  const groups: Run[][] = []
  let [last, end]: [Run | undefined, number] = [undefined, -1]
  for (const run of runs) {
    if (last && run.places[0] === end && areAlike(last, run)) groups.at(-1)!.push(run)
    else groups.push([run])
    last = run
    end = run.places[0]! + 1
  }
  return groups
}

function areAlike(one: Run, other: Run): boolean {
  const like = (xs: readonly Encoded[], ys: readonly Encoded[]) =>
    xs.length === ys.length && xs.every((each, part) => isLike(each, ys[part]!))
  return like(one.xs, other.xs) && like(one.ys, other.ys)
}

function isLike(one: Encoded, other: Encoded): boolean {
  const isSame =
    typeOf(one) === typeOf(other) && one.values.length === other.values.length && one.shape.length === other.shape.length
  return isSame && one.shape.every((side, axis) => side === other.shape[axis])
}

function partsOf({ xs, ys }: Run): readonly Encoded[] {
  return [...xs, ...ys]
}

/** Bytes that are scaled are floats. */
function typeOf({ values, scale = 1 }: Encoded): PackedNumbers['type'] {
  if (values instanceof Int32Array) return 'int32'
  return values instanceof Float32Array || scale !== 1 ? 'float32' : 'uint8'
}

function bytesOf(encoded: Encoded): number {
  return types[typeOf(encoded)].BYTES_PER_ELEMENT
}

/** To where its numbers may begin. */
function roundedUp(at: number, encoded: Encoded): number {
  return Math.ceil(at / bytesOf(encoded)) * bytesOf(encoded)
}
