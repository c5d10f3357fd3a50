import fc from 'fast-check'
import { expect, it } from 'vitest'
import type { StoredArray } from './safetensors.js'
import { packState, unpackState } from './state.js'

function throughJson(state: unknown): unknown {
  const arrays: Record<string, StoredArray> = {}
  const text = JSON.stringify(packState(state, 'x', arrays))
  return unpackState(JSON.parse(text), arrays)
}

const leaf = fc.oneof(
  fc.double(),
  fc.constantFrom(null, true, '', '$', Number.NaN, -0),
  fc.array(fc.double(), { minLength: 60, maxLength: 70 }),
  fc.array(fc.float(), { maxLength: 5 }).map(values => Float32Array.from(values)),
  fc.array(fc.float(), { minLength: 6, maxLength: 6 }).map(values => ({ shape: [2, 3], values: Float32Array.from(values) })),
)
const key = fc.oneof(fc.string(), fc.constantFrom('$', 'a', 'a.0', '0', '__proto__'))
const { state } = fc.letrec(tie => ({
  state: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.array(tie('state'), { maxLength: 4 }),
    fc.dictionary(key, tie('state'), { maxKeys: 4, noNullPrototype: true }),
  ),
}))

it('gives back any plain data with the same bits, through JSON and arrays', () => {
  fc.assert(
    fc.property(state, state => {
      expect(throughJson(state)).toStrictEqual(state)
    }),
    { numRuns: 300 },
  )
})

it('keeps arrays apart whose names would be one', () => {
  const [a, b] = [Float32Array.of(1), Float32Array.of(2)]
  expect(throughJson({ a: { b: { c: a } }, 'a.b': { c: b } })).toEqual({ a: { b: { c: a } }, 'a.b': { c: b } })
})

it.each([new Map(), () => 1, new Int32Array(1), 1n, new Date()])('refuses what it cannot give back: %s', value => {
  expect(() => packState({ a: value }, 'callback', {})).toThrow(/^callback\.a is /)
})

it('refuses what refers to itself', () => {
  const loop: Record<string, unknown> = {}
  loop['own'] = loop
  expect(() => packState(loop, 'x', {})).toThrow(/too deep/)
})
