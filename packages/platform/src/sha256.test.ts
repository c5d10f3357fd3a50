import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Sha256 as Browsers } from './browser/sha256.js'
import { Sha256 as Nodes } from './node/sha256.js'

describe.each([
  ['a page', Browsers],
  ['Node', Nodes],
])('SHA-256 in %s', (_, Sha256) => {
  it('is that of the standard', () => {
    const hex = (text: string) => Buffer.from(new Sha256().update(new TextEncoder().encode(text)).digest()).toString('hex')
    // The examples that NIST gives.
    expect(hex('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad')
    expect(hex('abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq')).toBe(
      '248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1',
    )
    expect(hex('')).toBe('e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
  })

  it('is the same of any pieces', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }), pieces => {
        const [hash, whole] = [new Sha256(), createHash('sha256')]
        for (const piece of pieces) {
          hash.update(piece)
          whole.update(piece)
        }
        expect(Buffer.from(hash.digest()).toString('hex')).toBe(whole.digest('hex'))
      }),
    )
  })
})
