import { plainError, show, typeError } from '@onecycle/platform'
import type { StoredArray } from './safetensors.js'

/** Key of what JSON cannot say, and of arrays that are stored elsewhere. */
const mark = '$'
/** Numbers that JSON has no word for, by theirs. */
const numbers: Readonly<Record<string, number>> = {
  NaN: Number.NaN,
  Infinity: Number.POSITIVE_INFINITY,
  '-Infinity': Number.NEGATIVE_INFINITY,
  '-0': -0,
}
/** Lists of at least so many numbers are stored as arrays. */
const long = 64
/** How deep states may be nested, as written. */
export const deepest = 64

type Arrays = Record<string, StoredArray>

/**
 * A state as JSON, its arrays put into `arrays` under names that begin with `path`: plain objects, lists, numbers, texts, true, false and
 * null; Float32Array and Float64Array; and `{ shape, values }` as a tensor. Numbers come back with the same bits.
 *
 * @throws TypeError for anything else
 */
export function packState(state: unknown, path: string, arrays: Arrays, depth = 0): unknown {
  if (depth > deepest / 2) throw typeError('state-unsaveable', `${path} is nested too deep for a checkpoint.`)
  if (state === null || typeof state === 'string' || typeof state === 'boolean') return state
  if (typeof state === 'number') return packNumber(state)
  const store = (stored: StoredArray, as: string) => {
    let name = path
    while (Object.hasOwn(arrays, name)) name += '_'
    arrays[name] = stored
    return { [mark]: as, name }
  }
  const pack = (each: unknown, key: string | number) => packState(each, `${path}.${key}`, arrays, depth + 1)
  if (isFloats(state)) return store({ shape: [state.length], values: state }, 'array')
  if (Array.isArray(state)) {
    if (state.length >= long && state.every(each => typeof each === 'number'))
      return store({ shape: [state.length], values: Float64Array.from(state as number[]) }, 'list')
    return state.map(pack)
  }
  if (!isPlain(state))
    throw typeError('state-unsaveable', `${path} is ${show(state)}, which a checkpoint cannot keep: give plain data and arrays.`)
  if (isTensor(state)) return store(state, 'tensor')
  const entries = Object.entries(state).filter(([, each]) => each !== undefined)
  const packed = Object.fromEntries(entries.map(([key, each]) => [key, pack(each, key)]))
  return mark in packed ? { [mark]: 'object', entries: Object.entries(packed) } : packed
}

/** The reverse of {@link packState}. Throws Error when an array is missing, or used twice: a short text could take any memory by that. */
export function unpackState(packed: unknown, arrays: Readonly<Arrays>): unknown {
  return unpackFrom(packed, new Map(Object.entries(arrays)))
}

function unpackFrom(packed: unknown, arrays: Map<string, StoredArray>): unknown {
  if (typeof packed !== 'object' || packed === null) return packed
  if (Array.isArray(packed)) return packed.map(each => unpackFrom(each, arrays))
  const kind = (packed as Record<string, unknown>)[mark]
  if (kind === undefined) return unpackEntries(Object.entries(packed), arrays)
  if (kind === 'object') return unpackEntries((packed as { entries: [string, unknown][] }).entries, arrays)
  if (kind === 'number') return numbers[(packed as { value: string }).value]
  const { name } = packed as { name: string }
  const stored = arrays.get(name)
  if (!stored) throw plainError('checkpoint-damaged', `the array ${name} is missing, or used twice: it is damaged`)
  arrays.delete(name)
  if (kind === 'list') return Array.from(stored.values)
  return kind === 'array' ? stored.values : stored
}

function unpackEntries(entries: [string, unknown][], arrays: Map<string, StoredArray>): unknown {
  return Object.fromEntries(entries.map(([key, each]) => [key, unpackFrom(each, arrays)]))
}

function packNumber(value: number): unknown {
  const name = Object.keys(numbers).find(name => Object.is(numbers[name], value))
  return name === undefined ? value : { [mark]: 'number', value: name }
}

const isFloats = (value: unknown): value is StoredArray['values'] =>
  value instanceof Float32Array || value instanceof Float64Array

function isPlain(value: unknown): value is object {
  return typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value))
}

function isTensor(value: object): value is StoredArray {
  const { shape, values, ...others } = value as Partial<StoredArray>
  const size = Array.isArray(shape) && shape.reduce((product: number, axis) => product * axis, 1)
  return isFloats(values) && values.length === size && Object.keys(others).length === 0
}
