import { crc32, deflateSync } from 'node:zlib'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withChannels } from '../image/channels.js'
import { decodeByWasm } from '../image/codec.js'
import { readHeader } from '../image/header.js'
import { decodePlainPng } from './plain-png.js'

function chunk(name: string, content: Uint8Array): Buffer {
  const body = Buffer.concat([Buffer.from(name), content])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(content.length, 0)
  ends.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([ends.subarray(0, 4), body, ends.subarray(4)])
}

interface Made {
  readonly type: number
  readonly width: number
  readonly rows: readonly { readonly filter: number; readonly seed: number }[]
  readonly depth?: number
  readonly interlaced?: number
}

/** Whatever stands in its rows is a picture. */
function png({ type, width, rows, depth = 8, interlaced = 0 }: Made, others: readonly Buffer[] = []): Buffer {
  const channels = { 0: 1, 2: 3, 4: 2, 6: 4 }[type]!
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(rows.length, 4)
  header.set([depth, type, 0, 0, interlaced], 8)
  const content = rows.map(({ filter, seed }) => {
    const bytes = Array.from({ length: (width * channels * depth) / 8 }, (_, i) => Math.imul(seed + i, 0x9e3779b1) >>> 24)
    return Buffer.from([filter, ...bytes])
  })
  const signature = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10])
  const parts = [
    chunk('IHDR', header),
    ...others,
    chunk('IDAT', deflateSync(Buffer.concat(content))),
    chunk('IEND', Buffer.alloc(0)),
  ]
  return Buffer.concat([signature, ...parts])
}

const row = fc.record({ filter: fc.integer({ min: 0, max: 4 }), seed: fc.nat(1e6) })
const picture = fc.record({
  type: fc.constantFrom(0, 2, 6),
  width: fc.integer({ min: 1, max: 9 }),
  rows: fc.array(row, { minLength: 1, maxLength: 7 }),
})

function plain(bytes: Uint8Array, channels: 1 | 3) {
  const { height, width } = readHeader(bytes)
  const decoded = decodePlainPng(bytes, height, width)
  return decoded && withChannels(decoded, channels)
}

async function byLodePng(bytes: Uint8Array, channels: 1 | 3) {
  return withChannels(await decodeByWasm(bytes, readHeader(bytes)), channels)
}

test('plain pictures are what LodePNG makes of them, with any filter', async () => {
  await fc.assert(
    fc.asyncProperty(picture, async made => {
      const bytes = png(made)
      for (const channels of [1, 3] as const) {
        const { data, ...size } = plain(bytes, channels)!
        const theirs = await byLodePng(bytes, channels)
        expect({ ...size, data: [...data] }).toEqual({ ...theirs, data: [...theirs.data] })
      }
    }),
  )
})

test('of a damaged file there is what LodePNG makes of it, or nothing', async () => {
  let left = 0
  await fc.assert(
    fc.asyncProperty(picture, fc.nat(), fc.integer({ min: 1, max: 255 }), async (made, place, change) => {
      const bytes = png(made)
      bytes[16 + (place % (bytes.length - 16))]! ^= change
      const decoded = plain(bytes, 3)
      if (!decoded) left++
      else expect([...decoded.data]).toEqual([...(await byLodePng(bytes, 3)).data])
    }),
  )
  expect(left).toBeGreaterThan(50)
})

test('all others are left to LodePNG', () => {
  const made: Made = { type: 0, width: 4, rows: Array(4).fill({ filter: 0, seed: 1 }) }
  const bytes = png(made)
  expect(decodePlainPng(bytes, 4, 4)?.channels).toBe(1)
  const others = {
    'grey with what is transparent': png({ ...made, type: 4 }),
    '16 bits': png({ ...made, depth: 16 }),
    interlaced: png({ ...made, interlaced: 1 }),
    'another chunk': png(made, [chunk('gAMA', Buffer.from([0, 0, 177, 143]))]),
    'no such filter': png({ ...made, rows: Array(4).fill({ filter: 5, seed: 1 }) }),
    'too few rows': png({ ...made, rows: made.rows.slice(1) }),
    truncated: bytes.subarray(0, -13),
    'a header alone': bytes.subarray(0, 33),
  }
  for (const [name, bytes] of Object.entries(others)) expect([name, decodePlainPng(bytes, 4, 4)]).toEqual([name, undefined])
})
