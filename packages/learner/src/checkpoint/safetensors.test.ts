import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readHead, readTensors } from './safetensors.js'
import { decodeSafetensors, encodeSafetensors } from './testing/whole-file.js'

const size = (shape: readonly number[]) => shape.reduce((product, axis) => product * axis, 1)

const tensor = fc
  .array(fc.integer({ min: 0, max: 4 }), { maxLength: 4 })
  .chain(shape =>
    fc
      .array(fc.float(), { minLength: size(shape), maxLength: size(shape) })
      .map(values => ({ shape, values: Float32Array.from(values) })),
  )

const name = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom('', '0', '10', '__proto__', 'constructor', 'länge/重み.kernel', '\ud800'),
)

const content = fc.record({
  tensors: fc.dictionary(
    name.filter(n => n !== '__metadata__'),
    tensor,
    { maxKeys: 5, noNullPrototype: true },
  ),
  metadata: fc.dictionary(name, fc.string(), { maxKeys: 3, noNullPrototype: true }),
})

it('gives back what was written: any names, shapes and values, in pieces of any size', async () => {
  await fc.assert(
    fc.asyncProperty(content, fc.integer({ min: 1, max: 40 }), async (written, piece) => {
      const read = await decodeSafetensors(encodeSafetensors(written), { piece })
      expect(Object.entries(read.tensors)).toEqual(Object.entries(written.tensors))
      expect(Object.entries(read.metadata)).toEqual(Object.entries(written.metadata))
    }),
    { numRuns: 200 },
  )
})

it('lets the values begin at a multiple of 8, whatever the names', () => {
  fc.assert(
    fc.property(content, written => {
      const length = Number(new DataView(encodeSafetensors(written).buffer).getBigUint64(0, true))
      expect(length % 8).toBe(0)
    }),
  )
})

it('reads bytes that lie anywhere in a larger buffer', async () => {
  const bytes = encodeSafetensors({ tensors: { a: { shape: [2], values: Float32Array.of(1, 2) } }, metadata: {} })
  const larger = new Uint8Array(bytes.length + 7)
  larger.set(bytes, 3)
  const { tensors } = await decodeSafetensors(larger.subarray(3, 3 + bytes.length))
  expect(tensors['a']!.values).toEqual(Float32Array.of(1, 2))
})

it('refuses every part of a file, and every file with more behind it', async () => {
  const bytes = encodeSafetensors({
    tensors: { a: { shape: [2], values: Float32Array.of(1, 2) }, b: { shape: [], values: Float32Array.of(3) } },
    metadata: { k: 'v' },
  })
  for (let length = 0; length < bytes.length; length++) {
    await expect(decodeSafetensors(bytes.subarray(0, length)), `${length} bytes`).rejects.toThrow(/truncated/)
  }
  const longer = new Uint8Array(bytes.length + 3)
  longer.set(bytes)
  await expect(decodeSafetensors(longer)).rejects.toThrow(/3 bytes follow its last tensor/)
})

/** A file as another program may write it. */
function file(header: string, values: readonly number[] = [], length = Buffer.byteLength(header)): Uint8Array {
  const prefix = Buffer.alloc(8)
  prefix.writeBigUInt64LE(BigInt(length))
  return Buffer.concat([prefix, Buffer.from(header), Buffer.from(Float32Array.from(values).buffer)])
}

describe('a file by another program', () => {
  it('is read, with other orders, padding, and no metadata', async () => {
    const header =
      ' {"b":{"shape":[],"data_offsets":[8,12],"dtype":"F32"},\n "a":{"data_offsets":[0,8],"dtype":"F32","shape":[1,2]}}     '
    expect(await decodeSafetensors(file(header, [1, 2, 3]))).toEqual({
      tensors: { b: { shape: [], values: Float32Array.of(3) }, a: { shape: [1, 2], values: Float32Array.of(1, 2) } },
      metadata: {},
    })
  })

  it('may be empty', async () => {
    expect(await decodeSafetensors(file('{}'))).toEqual({ tensors: {}, metadata: {} })
  })

  const entry = (text: string) => `{"w":${text}}`
  it.each([
    [
      'of another type',
      entry('{"dtype":"F16","shape":[2],"data_offsets":[0,4]}'),
      [1],
      /w is of type 'F16'; only F32 and F64 are read/,
    ],
    [
      'whose shape takes more',
      entry('{"dtype":"F32","shape":[2],"data_offsets":[0,4]}'),
      [1],
      /4 bytes, but its shape \[2\] takes 8/,
    ],
    ['with offsets in reverse', entry('{"dtype":"F32","shape":[1],"data_offsets":[4,0]}'), [1], /-4 bytes/],
    ['with a negative offset', entry('{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}'), [1], /describes w as .*damaged/],
    ['with half an offset', entry('{"dtype":"F32","shape":[1],"data_offsets":[0]}'), [1], /describes w as/],
    ['without a shape', entry('{"dtype":"F32","data_offsets":[0,4]}'), [1], /describes w as/],
    ['twice under one name', '{"w":{"dtype":"F32","shape":[0],"data_offsets":[0,0]},"\\u0077":{}}', [], /header has "w" twice/],
    ['with a hole', entry('{"dtype":"F32","shape":[1],"data_offsets":[4,8]}'), [1, 2], /begins at byte .* damaged/],
    [
      'whose arrays overlap',
      '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}',
      [1, 2],
      /b begins at byte .* damaged/,
    ],
    ['nested without end', '['.repeat(100_000), [], /nested deeper than 8/],
    ['with metadata that are no strings', '{"__metadata__":{"a":1}}', [], /metadata are not strings/],
    ['with a name for a number', entry('null'), [], /describes w as null/],
    ['with a list for a header', '[]', [], /not a safetensors file/],
    ['with null for a header', 'null', [], /not a safetensors file/],
    ['with a header that is no text', '{"w":\u0000', [], /not a safetensors file/],
  ])('%s is refused', async (_, header, values, message) => {
    await expect(decodeSafetensors(file(header, values))).rejects.toThrow(message)
  })

  it('that claims a header of astronomical length is refused', async () => {
    const bytes = Buffer.concat([Buffer.alloc(8, 0xff), Buffer.from('{}')])
    await expect(decodeSafetensors(bytes)).rejects.toThrow(/too few for its header/)
  })
})

it('refuses a tensor under the name of the metadata', () => {
  const tensors = { __metadata__: { shape: [], values: Float32Array.of(1) } }
  expect(() => encodeSafetensors({ tensors, metadata: {} })).toThrow(/cannot be called __metadata__/)
})

it('keeps float64 as it is', async () => {
  const tensors = { a: { shape: [2], values: Float64Array.of(0.1, -0) }, b: { shape: [], values: Float32Array.of(0.1) } }
  expect((await decodeSafetensors(encodeSafetensors({ tensors, metadata: {} }))).tensors).toEqual(tensors)
})

it('reads what lies beyond 2^32 bytes, and takes no memory for what is not wanted', async () => {
  // A file of 20 GB that is nowhere: zeros, and at its end two numbers.
  const large = 20 * 2 ** 30
  const header = JSON.stringify({
    large: { dtype: 'F32', shape: [large / 4], data_offsets: [0, large] },
    w: { dtype: 'F32', shape: [2], data_offsets: [large, large + 8] },
  })
  const head = file(header)
  const end = new Uint8Array(Float32Array.of(1, 2).buffer)
  const zeros = new Uint8Array(2 ** 28)
  const opened = {
    size: head.length + large + 8,
    async read(from: number, to: number) {
      if (to <= head.length) return head.subarray(from, to)
      if (to <= head.length + large) return zeros.subarray(0, to - from)
      const piece = new Uint8Array(to - from)
      piece.set(end, head.length + large - from)
      return piece
    },
    close: async () => {},
  }
  const read = await readHead(opened)
  const tensors = await readTensors(opened, read, { wanted: name => name === 'w', piece: zeros.length })
  expect(tensors).toEqual({ w: { shape: [2], values: Float32Array.of(1, 2) } })
})
