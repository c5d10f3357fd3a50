import { isPromise } from './is-promise.js'

const longest = 60

/** How a message writes a value: short, strings in quotes, and what is no plain data by what it is. */
export function show(value: unknown): string {
  const text = written(value)
  return text.length > longest ? `${text.slice(0, longest - 3)}...` : text
}

function written(value: unknown): string {
  if (typeof value === 'string') return `'${value}'`
  if (typeof value === 'bigint') return `${value}n`
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function'
  if (typeof value !== 'object' || value === null) return String(value)
  if (Array.isArray(value)) return `[${shortly(value).map(written).join(', ')}]`
  if (ArrayBuffer.isView(value)) return `a ${value.constructor.name}`
  if (isPromise(value)) return 'a promise'
  if ('dataId' in value && 'shape' in value) return `a tensor of shape [${value.shape}]`
  const prototype = Object.getPrototypeOf(value)
  if (prototype !== null && prototype !== Object.prototype) return `a ${prototype.constructor?.name || 'foreign object'}`
  const entries = shortly(Object.entries(value)).map(([key, own]) => `${key}: ${nested(own)}`)
  return entries.length === 0 ? '{}' : `{ ${entries.join(', ')} }`
}

/** As much of a list as there can be room for. */
function shortly<T>(list: readonly T[]): readonly T[] {
  return list.slice(0, longest)
}

/** Objects in objects are not opened: they may hold themselves. */
function nested(value: unknown): string {
  return typeof value === 'object' && value !== null && !ArrayBuffer.isView(value)
    ? Array.isArray(value)
      ? '[...]'
      : '{...}'
    : written(value)
}
