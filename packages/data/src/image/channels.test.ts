import fc from 'fast-check'
import { expect, test } from 'vitest'
import { withChannels } from './channels.js'

test('three of four channels are left of any number of pixels, wherever they lie', () => {
  const pixel = fc.uint8Array({ minLength: 4, maxLength: 4 })
  fc.assert(
    fc.property(fc.array(pixel, { maxLength: 13 }), fc.integer({ min: 0, max: 4 }), (pixels, at) => {
      const data = new Uint8Array(at + 4 * pixels.length).subarray(at)
      data.set(pixels.flatMap(each => [...each]))
      const made = withChannels({ data, height: 1, width: pixels.length, channels: 4 }, 3)
      expect([...made.data]).toEqual(pixels.flatMap(each => [...each.subarray(0, 3)]))
    }),
  )
})
