import { Message } from '@onecycle/platform'

/** ONNX's numbers for types. */
const types = { float32: 1, int32: 6, int64: 7 } as const
type DType = keyof typeof types

/** Of an operator: a whole number, whole numbers, a number that is not whole, a word, or several of these. */
export type Attribute =
  | number
  | readonly number[]
  | string
  | { readonly float: number }
  | { readonly floats: readonly number[] }
  | { readonly words: readonly string[] }

/** Sizes of a tensor, null for the batch. */
export type Sides = readonly (number | null)[]

/** Operators are those of this version, which every runtime of the last years knows. */
const opset = 13
const irVersion = 8

/**
 * A graph of ONNX that is built node by node.
 *
 * Source: onnx.proto3 and the operators' description at onnx.ai.
 */
export class OnnxGraph {
  readonly #nodes: Message[] = []
  readonly #initializers: Message[] = []
  readonly #inputs: Message[] = []
  readonly #outputs: Message[] = []
  #count = 0

  input(name: string, dtype: string, sides: Sides): void {
    this.#inputs.push(valueInfo(name, dtype === 'int32' ? 'int32' : 'float32', sides))
  }

  output(name: string, sides: Sides): void {
    this.#outputs.push(valueInfo(name, 'float32', sides))
  }

  /** Adds an operator, and gives the name of its result. */
  op(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>> = {},
    output = this.#name(type),
  ): string {
    this.#add(type, inputs, attributes, [output])
    return output
  }

  /** Adds an operator of several results, and gives their names. */
  ops(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    results: number,
  ): readonly string[] {
    const outputs = Array.from({ length: results }, () => this.#name(type))
    this.#add(type, inputs, attributes, outputs)
    return outputs
  }

  floats(values: Float32Array, dims: readonly number[]): string {
    return this.#initializer('float32', dims, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
  }

  ints(values: readonly number[]): string {
    return this.#initializer('int64', [values.length], new Uint8Array(BigInt64Array.from(values, BigInt).buffer))
  }

  /** A single whole number, of no axis. */
  int(value: number): string {
    return this.#initializer('int64', [], new Uint8Array(BigInt64Array.of(BigInt(value)).buffer))
  }

  /** The model's file. `metadata` are strings of one's own. */
  encode(name: string, metadata: Readonly<Record<string, string>>): Uint8Array<ArrayBuffer> {
    const graph = new Message().message(1, ...this.#nodes).text(2, name)
    graph
      .message(5, ...this.#initializers)
      .message(11, ...this.#inputs)
      .message(12, ...this.#outputs)
    const entries = Object.entries(metadata).map(([key, value]) => new Message().text(1, key).text(2, value))
    const model = new Message().int(1, irVersion).text(2, 'onecycle').message(7, graph)
    return model
      .message(8, new Message().text(1, '').int(2, opset))
      .message(14, ...entries)
      .encode()
  }

  #add(
    type: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, Attribute>>,
    outputs: readonly string[],
  ): void {
    const node = new Message()
      .text(1, ...inputs)
      .text(2, ...outputs)
      .text(3, outputs[0]!)
      .text(4, type)
    for (const [name, value] of Object.entries(attributes)) node.message(5, attribute(name, value))
    this.#nodes.push(node)
  }

  #initializer(dtype: DType, dims: readonly number[], raw: Uint8Array): string {
    const name = this.#name('constant')
    this.#initializers.push(
      new Message()
        .int(1, ...dims)
        .int(2, types[dtype])
        .text(8, name)
        .bytes(9, raw),
    )
    return name
  }

  #name(what: string): string {
    return `${what}_${this.#count++}`
  }
}

function valueInfo(name: string, dtype: DType, sides: Sides): Message {
  const dims = sides.map((side, axis) =>
    side === null ? new Message().text(2, axis === 0 ? 'batch' : `side_${axis}`) : new Message().int(1, side),
  )
  const tensor = new Message().int(1, types[dtype]).message(2, new Message().message(1, ...dims))
  return new Message().text(1, name).message(2, new Message().message(1, tensor))
}

function attribute(name: string, value: Attribute): Message {
  const own = new Message().text(1, name)
  if (typeof value === 'number') return own.int(3, value).int(20, 2)
  if (typeof value === 'string') return own.text(4, value).int(20, 3)
  if ('float' in value) return own.float(2, value.float).int(20, 1)
  if ('words' in value) return own.text(9, ...value.words).int(20, 8)
  if ('floats' in value) {
    for (const each of value.floats) own.float(7, each)
    return own.int(20, 6)
  }
  return own.int(8, ...value).int(20, 7)
}
