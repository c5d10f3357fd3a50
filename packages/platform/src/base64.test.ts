import fc from 'fast-check'
import { expect, test } from 'vitest'
import { toBase64 } from './base64.js'

test('bytes in base64, however many', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), bytes => {
      expect(toBase64(bytes)).toBe(Buffer.from(bytes).toString('base64'))
    }),
  )
  const many = new Uint8Array(1_000_001).map((_, i) => i % 251)
  expect(toBase64(many)).toBe(Buffer.from(many).toString('base64'))
})
