import type { Attribute, Binding } from '../operations.js'
import { encoded, type Message } from './protobuf.js'
import type { Constant, Operation, Place } from './tape.js'

/** A tensor that comes from outside. */
export interface Outside {
  readonly place: Place
  readonly shape: readonly number[]
  /** As TensorFlow numbers types. */
  readonly dtype: number
}

/** Operations as a graph of TensorFlow's: its file, and what each place is called in it. */
export interface Graph {
  readonly file: Uint8Array<ArrayBuffer>
  nameOf(place: Place): string
}

/** What a graph is asked for by. */
export const tag = 'serve'

/** Of the graphs that TensorFlow 2.9 writes: an older one could mean something else by an attribute. */
const producer = 1087

/** Operations whose input others have too, with which oneDNN would do both at once. */
const apart: ReadonlySet<string> = new Set(['BiasAddGrad'])

/** tfjs-node leaves it to TensorFlow to find the type of these; a graph has to say it. */
const untyped: ReadonlySet<string> = new Set(['ExpandDims'])

/**
 * Writes operations that ran one after the other as a graph, to the same bits. TensorFlow rewrites graphs as arithmetic allows, not rounding: it multiplies by the
 * reciprocal of a constant, and joins a product with its bias. So there is something between any two that it does not look through, which costs nothing else: what
 * nobody reads any more is written over.
 *
 * @throws Error for an attribute that cannot be written
 */
export function graphOf(
  binding: Binding,
  outside: readonly Outside[],
  constants: readonly Constant[],
  operations: readonly Operation[],
): Graph {
  const names = new Map<Place, string>()
  const types = new Map<Place, number>()
  const nodes: Message[] = []
  const read = new Set(operations.flatMap(({ inputs }) => inputs))
  const add = (op: string, inputs: readonly string[], attributes: Readonly<Record<string, Message>>): string => {
    const name = `n${nodes.length}`
    nodes.push({ 1: name, 2: op, 3: inputs, 5: Object.entries(attributes).map(([key, value]) => ({ 1: key, 2: value })) })
    return name
  }
  const behindScreen = (place: Place) =>
    add('PlaceholderWithDefault', [names.get(place)!], { dtype: { 6: types.get(place)! }, shape: { 7: { 3: true } } })
  const made = (place: Place, dtype: number, name: string) => {
    types.set(place, dtype)
    names.set(place, name)
  }
  for (const { place, shape, dtype } of outside)
    made(place, dtype, add('Placeholder', [], { dtype: { 6: dtype }, shape: { 7: shapeOf(shape) } }))
  for (const { place, shape, dtype, bytes } of constants) {
    const value = { 1: dtype, 2: shapeOf(shape), 4: bytes }
    made(place, dtype, add('Const', [], { dtype: { 6: dtype }, value: { 8: value } }))
    names.set(place, behindScreen(place))
  }
  for (const { name, attributes, inputs, outputs } of operations) {
    const own = Object.fromEntries(attributes.map(each => [each.name, attributeOf(binding, each)]))
    const given = inputs.map(place => (apart.has(name) ? behindScreen(place) : names.get(place)!))
    const node = add(name, given, untyped.has(name) ? { ...own, T: { 6: types.get(inputs[0]!)! } } : own)
    outputs.forEach(({ place, dtype }, i) => {
      made(place, dtype, `${node}:${i}`)
      if (read.has(place)) names.set(place, behindScreen(place))
    })
  }
  const graph = { 1: nodes, 4: { 1: producer } }
  return { file: encoded({ 1: 1, 2: { 1: { 4: tag }, 2: graph } }), nameOf: place => names.get(place)! }
}

const shapeOf = (shape: readonly number[]): Message => ({ 2: shape.map(size => ({ 1: size })) })

function attributeOf(binding: Binding, { name, type, value }: Attribute): Message {
  if (Array.isArray(value) && type === binding.TF_ATTR_SHAPE) return { 7: shapeOf(value) }
  if (Array.isArray(value) && type === binding.TF_ATTR_INT) return { 1: { 3: value } }
  if (type === binding.TF_ATTR_STRING && typeof value === 'string') return { 2: value }
  if (type === binding.TF_ATTR_BOOL && typeof value === 'boolean') return { 5: value }
  if (typeof value === 'number') {
    if (type === binding.TF_ATTR_INT) return { 3: value }
    if (type === binding.TF_ATTR_FLOAT) return { 4: { float: value } }
    if (type === binding.TF_ATTR_TYPE) return { 6: value }
  }
  throw new Error(`The attribute ${name} cannot be written.`)
}
