import { expect, it } from 'vitest'
import { encoded } from './protobuf.js'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')

it('writes numbers, texts, floats and messages as protocol buffers have them', () => {
  // The examples of protobuf.dev: 150, 'testing', and a message with the first.
  expect(hex(encoded({ 1: 150 }))).toBe('089601')
  expect(hex(encoded({ 2: 'testing' }))).toBe('120774657374696e67')
  expect(hex(encoded({ 3: { 1: 150 } }))).toBe('1a03089601')
  expect(hex(encoded({ 1: -1 }))).toBe(`08${'ff'.repeat(9)}01`)
  expect(hex(encoded({ 4: { float: 1 } }))).toBe('250000803f')
  expect(hex(encoded({ 5: true, 20: Uint8Array.of(7, 8) }))).toBe('2801a201020708')
  expect(hex(encoded({ 2: ['a', ''], 3: [] }))).toBe('1201611200')
  expect(hex(encoded({ 1: 2n ** 63n - 1n }))).toBe(`08${'ff'.repeat(8)}7f`)
})
