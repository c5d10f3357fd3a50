import sharp, { type Sharp } from 'sharp'
import { describe, expect, test } from 'vitest'
import { decodeByWasm } from './codec.js'
import { decodeImage, decodeMask } from './decode.js'
import { readHeader } from './header.js'

/** Waves of colours, so that whatever is mixed up shows. */
function waves(height: number, width: number, channels: 1 | 3 | 4): Sharp {
  const data = new Uint8Array(height * width * channels)
  for (let y = 0, i = 0; y < height; y++)
    for (let x = 0; x < width; x++)
      for (let c = 0; c < channels; c++) data[i++] = 128 + 90 * Math.sin(x / 5 + c) + 30 * Math.cos((y * (c + 1)) / 7)
  return sharp(data, { raw: { height, width, channels } })
}

async function bySharp(bytes: Uint8Array, channels: 1 | 3) {
  const picture = sharp(bytes).rotate().removeAlpha()
  const made = channels === 1 ? picture.toColourspace('b-w') : picture.toColourspace('srgb')
  return made.raw({ depth: 'uchar' }).toBuffer({ resolveWithObject: true })
}

/** Largest and mean difference. */
function apart(a: ArrayLike<number>, b: ArrayLike<number>): [largest: number, mean: number] {
  expect(a.length).toBe(b.length)
  let [largest, sum] = [0, 0]
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs(a[i]! - b[i]!)
    largest = Math.max(largest, difference)
    sum += difference
  }
  return [largest, sum / a.length]
}

const [height, width] = [37, 53]
const rgb = () => waves(height, width, 3)
const png = {
  colours: () => rgb().png(),
  interlaced: () => rgb().png({ progressive: true }),
  'a palette': () => rgb().png({ palette: true, colours: 20 }),
  'a palette of two': () => rgb().png({ palette: true, colours: 2 }),
  alpha: () => waves(height, width, 4).png(),
  grey: () => waves(height, width, 1).toColourspace('b-w').png(),
  '16 bits': () => rgb().toColourspace('rgb16').png(),
  '16 bits of grey': () => waves(height, width, 1).toColourspace('grey16').png(),
  'one row': () => waves(1, 90, 3).png(),
}
const lossy = {
  'JPEG 4:2:0': () => rgb().jpeg({ quality: 90 }),
  'JPEG 4:4:4': () => rgb().jpeg({ chromaSubsampling: '4:4:4' }),
  'progressive JPEG': () => rgb().jpeg({ progressive: true }),
  'grey JPEG': () => waves(height, width, 1).toColourspace('b-w').jpeg(),
  WebP: () => rgb().webp(),
  'lossless WebP': () => rgb().webp({ lossless: true }),
  'WebP with alpha': () => waves(height, width, 4).webp(),
}

describe('as sharp decodes it', () => {
  test.each(Object.entries(png))('PNG: %s, exactly', async (_, make) => {
    const bytes = await make().toBuffer()
    const { data, info } = await bySharp(bytes, 3)
    const ours = await decodeByWasm(bytes, readHeader(bytes))
    expect([ours.height, ours.width, ours.channels]).toEqual([info.height, info.width, 4])
    expect(apart((await decodeImage(bytes, 3)).data, data)[0]).toBe(0)
  })

  test.each(Object.entries(lossy))('%s, by less than 0.01 on average', async (_, make) => {
    const bytes = await make().toBuffer()
    const { data, info } = await bySharp(bytes, 3)
    const ours = await decodeImage(bytes, 3)
    expect([ours.height, ours.width, ours.channels]).toEqual([info.height, info.width, 3])
    expect(apart(ours.data, data)[1]).toBeLessThan(0.01)
  })

  test('large pictures are decoded by sharp, where it is installed, to the same', async () => {
    for (const bytes of await Promise.all([waves(150, 200, 3).png().toBuffer(), waves(150, 200, 3).jpeg().toBuffer()])) {
      const header = readHeader(bytes)
      const [ours, other] = [await decodeByWasm(bytes, header), await decodeImage(bytes, 3)]
      const plain = ours.channels === 3 ? ours.data : ours.data.filter((_, i) => i % 4 < 3)
      expect(apart(plain, other.data)[0]).toBe(0)
    }
  })
})

test.each([1, 2, 3, 4, 5, 6, 7, 8])('EXIF orientation %d is heeded, of JPEG, PNG and WebP', async orientation => {
  for (const make of [() => rgb().jpeg(), () => rgb().png(), () => rgb().webp({ lossless: true })]) {
    const bytes = await make().withMetadata({ orientation }).toBuffer()
    expect(readHeader(bytes).orientation).toBe(orientation)
    const { data, info } = await bySharp(bytes, 3)
    const ours = await decodeImage(bytes, 3)
    expect([ours.height, ours.width]).toEqual([info.height, info.width])
    expect(apart(ours.data, data)[0]).toBeLessThan(2)
  }
})

test('brightness is that of ITU-R 601, to a rounding', async () => {
  const bytes = await rgb().png().toBuffer()
  const [{ data: colours }, { data: grey }] = [await decodeImage(bytes, 3), await decodeImage(bytes, 1)]
  const expected = grey.map((_, i) =>
    Math.round(0.299 * colours[3 * i]! + 0.587 * colours[3 * i + 1]! + 0.114 * colours[3 * i + 2]!),
  )
  expect(apart(grey, expected)[0]).toBeLessThanOrEqual(1)
})

test('inks of a printer become colours', async () => {
  const bytes = await rgb().toColourspace('cmyk').jpeg({ quality: 100 }).toBuffer()
  const ours = await decodeImage(bytes, 3)
  expect(ours.data).toHaveLength(height * width * 3)
  expect(new Set(ours.data).size).toBeGreaterThan(50)
})

test('a mask gives the numbers of a palette, or grey values', async () => {
  const data = Uint8Array.from({ length: 24 }, (_, i) => (i % 3) * 40)
  const grey = await sharp(data, { raw: { height: 4, width: 6, channels: 1 } })
    .toColourspace('b-w')
    .png()
    .toBuffer()
  expect([...(await decodeMask(grey)).data]).toEqual([...data])
  const colours = Uint8Array.from({ length: 24 * 3 }, (_, i) => [9, 200, 70][Math.floor(i / 3) % 3]! + 10 * (i % 3))
  const palette = await sharp(colours, { raw: { height: 4, width: 6, channels: 3 } })
    .png({ palette: true })
    .toBuffer()
  const { palette: own } = readHeader(palette)
  const mask = await decodeMask(palette)
  for (const [i, number] of mask.data.entries())
    expect([...own!.subarray(3 * number, 3 * number + 3)]).toEqual([...colours.subarray(3 * i, 3 * i + 3)])
})

describe('what is wrong with a file is said', () => {
  const decoded = async (...what: Parameters<typeof decodeImage>) => decodeImage(...what)
  const cut = async (make: () => Sharp, part: number) => {
    const bytes = await make().toBuffer()
    return bytes.subarray(0, Math.floor(bytes.length * part))
  }
  test.each([
    ['nothing', async () => new Uint8Array(0), /it is empty \(0 bytes\)/],
    [
      'no picture',
      async () => new TextEncoder().encode('<html>'),
      /no PNG, JPEG or WebP: it starts with the bytes 3c 68 74 6d.*/,
    ],
    [
      'a header that is cut',
      async () => (await png.colours().toBuffer()).subarray(0, 20),
      /it is truncated: it ends after 20 bytes/,
    ],
    ['half a PNG', () => cut(png.colours, 0.5), /damaged or truncated PNG/],
    ['half a JPEG', () => cut(lossy['JPEG 4:2:0'], 0.6), /damaged or truncated JPEG/],
    ['half a WebP', () => cut(lossy.WebP, 0.5), /damaged or truncated WebP/],
  ])('%s', async (_, make, message) => {
    await expect(decoded(await make(), 3)).rejects.toThrow(message)
    // And what comes next is read.
    for (const next of [png.colours, lossy.WebP, lossy['JPEG 4:2:0']])
      expect((await decodeImage(await next().toBuffer(), 3)).width).toBe(width)
  })

  test('a picture of absurd size is refused by its header', async () => {
    const bytes = new Uint8Array(await png.colours().toBuffer())
    new DataView(bytes.buffer).setUint32(16, 200_000)
    new DataView(bytes.buffer).setUint32(20, 200_000)
    await expect(decoded(bytes, 3)).rejects.toThrow(
      'its header says that it is 200000 x 200000 pixels, more than maxPixels, 67108864. Nothing of it was decoded.',
    )
    await expect(decoded(await png.colours().toBuffer(), 3, 1000)).rejects.toThrow(/37 x 53|53 x 37/)
  })
})
