import { Message } from '@onecycle/platform'
import type { Attribute, Binding } from '../operations.js'
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

/**
 * What is behind what may be done in one go, since that changes no bits: bias and ReLU while a convolution writes; and the gradient of the largest in windows, which
 * remembers their places, where no two windows have one in common.
 */
const together: Readonly<Record<string, (operation: Operation) => string | undefined>> = {
  BiasAdd: () => 'Conv2D',
  Relu: () => 'BiasAdd',
  MaxPoolGrad: ({ attributes }) => {
    const [sides, steps] = ['ksize', 'strides'].map(name => attributes.find(each => each.name === name)?.value as number[])
    return sides!.every((side, i) => side <= steps![i]!) ? 'MaxPool' : undefined
  },
}

/** tfjs-node leaves it to TensorFlow to find the type of these; a graph has to say it. */
const untyped: ReadonlySet<string> = new Set(['ExpandDims'])

/**
 * Writes operations that ran one after the other as a graph, to the same bits. TensorFlow rewrites graphs as arithmetic allows, not rounding: it multiplies by the
 * reciprocal of a constant, and joins a product with its bias. So there is something between any two that it does not look through, which costs nothing else: what
 * nobody reads any more is written over.
 *
 * @returns undefined where one of them has an attribute of another kind than those here
 */
export function graphOf(
  binding: Binding,
  outside: readonly Outside[],
  constants: readonly Constant[],
  operations: readonly Operation[],
): Graph | undefined {
  const names = new Map<Place, string>()
  const types = new Map<Place, number>()
  const directly = new Map<Place, { readonly name: string; readonly output: string }>()
  const nodes: Message[] = []
  const read = new Set(operations.flatMap(({ inputs }) => inputs))
  const add = (op: string, inputs: readonly string[], attributes: Readonly<Record<string, Message>>): string => {
    const name = `n${nodes.length}`
    const own = Object.entries(attributes).map(([key, value]) => new Message().text(1, key).message(2, value))
    nodes.push(
      new Message()
        .text(1, name)
        .text(2, op)
        .text(3, ...inputs)
        .message(5, ...own),
    )
    return name
  }
  const behindScreen = (place: Place) =>
    add('PlaceholderWithDefault', [names.get(place)!], {
      dtype: typeOf(types.get(place)!),
      shape: new Message().message(7, anyShape),
    })
  const made = (place: Place, dtype: number, name: string) => {
    types.set(place, dtype)
    names.set(place, name)
  }
  for (const { place, shape, dtype } of outside)
    made(place, dtype, add('Placeholder', [], { dtype: typeOf(dtype), shape: new Message().message(7, shapeOf(shape)) }))
  for (const { place, shape, dtype, bytes } of constants) {
    const value = new Message().int(1, dtype).message(2, shapeOf(shape)).bytes(4, bytes)
    made(place, dtype, add('Const', [], { dtype: typeOf(dtype), value: new Message().message(8, value) }))
    names.set(place, behindScreen(place))
  }
  for (const operation of operations) {
    const { name, attributes, inputs, outputs } = operation
    const own: Record<string, Message> = {}
    for (const attribute of attributes) {
      const written = attributeOf(binding, attribute)
      if (!written) return undefined
      own[attribute.name] = written
    }
    const before = together[name]?.(operation)
    const given = inputs.map(place => {
      const direct = directly.get(place)
      if (direct && direct.name === before) return direct.output
      return apart.has(name) ? behindScreen(place) : names.get(place)!
    })
    const node = add(name, given, untyped.has(name) ? { ...own, T: typeOf(types.get(inputs[0]!)!) } : own)
    outputs.forEach(({ place, dtype }, i) => {
      made(place, dtype, `${node}:${i}`)
      directly.set(place, { name, output: `${node}:${i}` })
      if (read.has(place)) names.set(place, behindScreen(place))
    })
  }
  const graph = new Message().message(1, ...nodes).message(4, new Message().int(1, producer))
  const tagged = new Message().message(1, new Message().text(4, tag)).message(2, graph)
  return { file: new Message().int(1, 1).message(2, tagged).encode(), nameOf: place => names.get(place)! }
}

const typeOf = (dtype: number) => new Message().int(6, dtype)
const shapeOf = (shape: readonly number[]) => new Message().message(2, ...shape.map(size => new Message().int(1, size)))
const anyShape = new Message().int(3, 1)

/** Undefined for one of another kind. */
function attributeOf(binding: Binding, { type, value }: Attribute): Message | undefined {
  const written = new Message()
  if (Array.isArray(value) && type === binding.TF_ATTR_SHAPE) return written.message(7, shapeOf(value))
  if (Array.isArray(value) && type === binding.TF_ATTR_INT) return written.message(1, new Message().int(3, ...value))
  if (type === binding.TF_ATTR_STRING && typeof value === 'string') return written.text(2, value)
  if (type === binding.TF_ATTR_BOOL && typeof value === 'boolean') return written.int(5, Number(value))
  if (typeof value === 'number') {
    if (type === binding.TF_ATTR_INT) return written.int(3, value)
    if (type === binding.TF_ATTR_FLOAT) return written.float(4, value)
    if (type === binding.TF_ATTR_TYPE) return typeOf(value)
  }
  return undefined
}
