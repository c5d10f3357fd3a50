// Alone: sharp is put off for the whole process.
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { decodeImage } from './decode.js'
import { isWorthSharp, shareProcessors } from './worth-sharp.js'

test('where all processors have work fewer pictures are for sharp, and all are what they were', async () => {
  const [height, width] = [150, 200]
  const pixels = Uint8Array.from({ length: height * width * 3 }, (_, i) => 128 + 100 * Math.sin(i / 50))
  const files = await Promise.all([
    sharp(pixels, { raw: { height, width, channels: 3 } })
      .jpeg()
      .toBuffer(),
    sharp(pixels, { raw: { height, width, channels: 3 } })
      .png()
      .toBuffer(),
  ])
  const decoded = () => Promise.all(files.flatMap(file => ([1, 3] as const).map(channels => decodeImage(file, channels))))
  expect([isWorthSharp(height * width), isWorthSharp(100 * 100)]).toEqual([true, false])
  const alone = await decoded()
  shareProcessors()
  expect([isWorthSharp(height * width), isWorthSharp(400 * 400)]).toEqual([false, true])
  expect(await decoded()).toEqual(alone)
})
