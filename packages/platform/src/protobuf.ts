import { joined } from './joined.js'

/** Fields of a message of Protocol Buffers, by their numbers; what is undefined is left out. Source: the encoding's description at protobuf.dev. */
export class Message {
  static readonly name: string = 'Message'
  readonly #parts: Uint8Array[] = []

  /** A whole number of at least 0, or several, each by itself. */
  int(field: number, ...values: readonly number[]): this {
    for (const value of values) this.#add(tag(field, 0), varint(value))
    return this
  }

  float(field: number, value: number): this {
    const bytes = new Uint8Array(4)
    new DataView(bytes.buffer).setFloat32(0, value, true)
    this.#add(tag(field, 5), bytes)
    return this
  }

  double(field: number, value: number): this {
    this.#add(tag(field, 1), doubles([value]))
    return this
  }

  /** Several in one field, as a list of numbers is kept. */
  packedDoubles(field: number, values: readonly number[]): this {
    return this.bytes(field, doubles(values))
  }

  text(field: number, ...values: readonly string[]): this {
    return this.bytes(field, ...values.map(value => new TextEncoder().encode(value)))
  }

  bytes(field: number, ...values: readonly Uint8Array[]): this {
    for (const value of values) this.#add(tag(field, 2), varint(value.length), value)
    return this
  }

  message(field: number, ...values: readonly Message[]): this {
    return this.bytes(field, ...values.map(value => value.encode()))
  }

  encode(): Uint8Array<ArrayBuffer> {
    return joined(this.#parts)
  }

  #add(...parts: readonly Uint8Array[]): void {
    this.#parts.push(...parts)
  }
}

function doubles(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 8)
  const view = new DataView(bytes.buffer)
  for (const [i, value] of values.entries()) view.setFloat64(i * 8, value, true)
  return bytes
}

const tag = (field: number, kind: number) => varint(field * 8 + kind)

/** Seven bits a byte, the lowest first; numbers up to 2^53, and negative ones as two's complement of 64 bits. */
function varint(value: number): Uint8Array {
  const bytes: number[] = []
  let rest = BigInt.asUintN(64, BigInt(value))
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128)
  bytes.push(Number(rest))
  return Uint8Array.from(bytes)
}
