/** A message of protocol buffers: its fields by their numbers, several values of one in a list. */
export interface Message {
  readonly [field: number]: Value | readonly Value[]
}
/** Text, bytes, a whole number or truth value, a float of 32 bits, or another message. */
type Value = string | Uint8Array | number | bigint | boolean | { readonly float: number } | Message

const text = new TextEncoder()

/**
 * Writes a message as protocol buffers have it.
 *
 * Source: the encoding of protobuf.dev.
 */
export function encoded(message: Message): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = []
  for (const [field, given] of Object.entries(message))
    for (const value of Array.isArray(given) ? given : [given]) parts.push(...encodedField(Number(field), value as Value))
  return joined(parts)
}

function encodedField(field: number, value: Value): Uint8Array[] {
  if (typeof value === 'number' || typeof value === 'bigint' || typeof value === 'boolean')
    return [varint(field << 3), varint(value)]
  if (typeof value === 'object' && 'float' in value)
    return [varint((field << 3) | 5), new Uint8Array(Float32Array.of(value.float as number).buffer)]
  const bytes = typeof value === 'string' ? text.encode(value) : value instanceof Uint8Array ? value : encoded(value as Message)
  return [varint((field << 3) | 2), varint(bytes.length), bytes]
}

function varint(value: number | bigint | boolean): Uint8Array {
  // Negative numbers are those of 64 bits.
  let rest = BigInt.asUintN(64, BigInt(value))
  const bytes: number[] = []
  do {
    const more = rest > 127n
    bytes.push(Number(rest & 127n) | (more ? 128 : 0))
    rest >>= 7n
  } while (rest > 0n)
  return Uint8Array.from(bytes)
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const part of parts) {
    all.set(part, at)
    at += part.length
  }
  return all
}
