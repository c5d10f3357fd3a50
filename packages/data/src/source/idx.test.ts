import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parseIdx, readIdx } from './idx.js'

/** An IDX file whose elements a DataView writes, big endian, by itself. */
function idx(
  type: number,
  shape: number[],
  bytes: number,
  write?: (view: DataView, offset: number, i: number) => void,
): Buffer<ArrayBuffer> {
  const length = shape.reduce((size, side) => size * side, 1)
  const start = 4 + 4 * shape.length
  const file = Buffer.alloc(start + length * bytes)
  const view = new DataView(file.buffer, file.byteOffset)
  file.set([0, 0, type, shape.length])
  shape.forEach((side, axis) => {
    view.setUint32(4 + 4 * axis, side)
  })
  for (let i = 0; i < length; i++) write?.(view, start + i * bytes, i)
  return file
}

describe('parseIdx reads', () => {
  const cases = [
    ['bytes', 0x08, Uint8Array.of(0, 1, 255), (v: DataView, at: number, x: number) => v.setUint8(at, x)],
    ['signed bytes', 0x09, Int8Array.of(0, -1, 127, -128), (v: DataView, at: number, x: number) => v.setInt8(at, x)],
    ['shorts', 0x0b, Int16Array.of(1, -2, 300), (v: DataView, at: number, x: number) => v.setInt16(at, x)],
    ['ints', 0x0c, Int32Array.of(1, -2, 70_000), (v: DataView, at: number, x: number) => v.setInt32(at, x)],
    ['floats', 0x0d, Float32Array.of(0.5, -1e20), (v: DataView, at: number, x: number) => v.setFloat32(at, x)],
    ['doubles', 0x0e, Float64Array.of(0.1, -1e200), (v: DataView, at: number, x: number) => v.setFloat64(at, x)],
  ] as const
  test.each(cases)('%s', (_, type, values, write) => {
    const file = idx(type, [values.length], values.BYTES_PER_ELEMENT, (view, at, i) => write(view, at, values[i]!))
    expect(parseIdx(file)).toEqual({ shape: [values.length], data: values })
    // nor does it matter where in a larger buffer the bytes begin
    const moved = Buffer.concat([Buffer.alloc(3), file]).subarray(3)
    expect(parseIdx(moved).data).toEqual(values)
  })

  test('any shape, plain or compressed', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 }), shape => {
        const file = idx(8, shape, 1, (view, at, i) => view.setUint8(at, i))
        const expected = { shape, data: Uint8Array.from({ length: shape.reduce((a, b) => a * b, 1) }, (_, i) => i) }
        for (const read of [parseIdx(file), parseIdx(gzipSync(file))]) {
          expect(read.shape).toEqual(expected.shape)
          expect(Array.from(read.data)).toEqual(Array.from(expected.data))
        }
      }),
    )
  })
})

describe('parseIdx refuses', () => {
  const file = idx(8, [3, 2, 2], 1)
  test.each([
    ['a truncated body', file.subarray(0, 20), 'digits is truncated: expected 28 bytes for an array of shape [3, 2, 2], got 20.'],
    ['a truncated header', file.subarray(0, 10), 'digits is truncated: expected 16 bytes for a header of 3 axes, got 10.'],
    ['bytes too many', Buffer.concat([file, Buffer.of(0)]), 'digits is longer than its header says: expected 28 bytes'],
    [
      'a foreign file',
      Buffer.from('\x89PNG\r\n', 'latin1'),
      'digits is not an IDX file: it starts with the bytes 89 50 4e 47; expected 00 00',
    ],
    ['an unknown type', idx(0x0a, [1], 1), 'it starts with the bytes 00 00 0a 01'],
    ['no axes', Buffer.of(0, 0, 8, 0), 'it starts with the bytes 00 00 08 00'],
    ['an empty file', Buffer.alloc(0), 'it starts with the bytes (none)'],
    ['a truncated gzip file', gzipSync(file).subarray(0, 15), 'digits starts as a gzip file, but cannot be decompressed'],
  ])('%s', (_, bytes, message) => {
    expect(() => parseIdx(bytes, 'digits')).toThrow(message)
  })
})

describe('readIdx', () => {
  let folder: string
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'idx-'))
  })
  afterAll(() => rm(folder, { recursive: true }))

  test('names the file in its messages', async () => {
    const path = join(folder, 'labels')
    await writeFile(path, idx(8, [5], 1))
    expect((await readIdx(path)).shape).toEqual([5])
    await writeFile(path, 'hello')
    await expect(readIdx(path)).rejects.toThrow(`${path} is not an IDX file: it starts with the bytes 68 65 6c 6c`)
    await expect(readIdx(join(folder, 'absent'))).rejects.toThrow('absent: there is no such file')
  })

  test('takes no memory for what a compressed file has beyond its header', async () => {
    const [zeros, longer] = [gzipSync(Buffer.alloc(2 ** 28)), gzipSync(Buffer.concat([idx(8, [3], 1), Buffer.alloc(2 ** 28)]))]
    const before = process.memoryUsage().rss
    await expect(readIdx(zeros)).rejects.toThrow('the bytes is not an IDX file: it starts with the bytes 00 00 00 00')
    await expect(readIdx(longer)).rejects.toThrow('the bytes is longer than its header says: expected 11 bytes')
    expect(() => parseIdx(zeros)).toThrow('the bytes is not an IDX file: it starts with the bytes 00 00 00 00')
    expect(() => parseIdx(longer)).toThrow('the bytes is longer than its header says: expected 11 bytes')
    expect(process.memoryUsage().rss - before).toBeLessThan(2 ** 27)
  })

  test('reads bytes, Blobs and Files, plain or compressed', async () => {
    const [plain, gz] = [
      idx(8, [2, 3], 1, (view, at, i) => view.setUint8(at, i)),
      gzipSync(idx(8, [2, 3], 1, (view, at, i) => view.setUint8(at, i))),
    ]
    for (const source of [plain, gz, new Blob([plain]), new File([gz], 'a.gz'), Uint8Array.from(gz).buffer])
      expect(await readIdx(source)).toMatchObject({ shape: [2, 3] })
    expect([...(await readIdx(gz)).data]).toEqual([0, 1, 2, 3, 4, 5])
    await expect(readIdx(new File([gz.subarray(0, 15)], 'a.gz'))).rejects.toThrow('a.gz starts as a gzip file, but cannot be')
    await expect(readIdx(3 as never)).rejects.toThrow('3 is nothing to read')
  })
})
