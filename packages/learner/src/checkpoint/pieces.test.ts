import { joined } from '@onecycle/platform'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { inPieces, pieceBytes, pieceOf } from './pieces.js'

it('pieces are the arrays one after the other, all of one size but the last', () => {
  const arrays = fc.array(fc.uint8Array({ maxLength: 30 }), { maxLength: 6 })
  fc.assert(
    fc.property(arrays, fc.integer({ min: 1, max: 20 }), (arrays, size) => {
      const all = arrays.flatMap(array => [...array])
      const pieces = [...inPieces(arrays, size)]
      expect(pieces.flatMap(piece => [...piece])).toEqual(all)
      expect(pieces.slice(0, -1).every(({ length }) => length === size)).toBe(true)
      expect(pieces).toHaveLength(Math.ceil(all.length / size))
      expect([...joined(arrays)]).toEqual(all)
    }),
  )
})

it('a large content has few pieces, and none of more than 64 MiB', () => {
  const most = 2 ** 26
  expect([0, 1e6, 2 ** 28, 2 ** 30, 2 ** 40].map(total => pieceOf(total, pieceBytes))).toEqual([
    2 ** 22,
    2 ** 22,
    2 ** 22,
    2 ** 24,
    most,
  ])
})
