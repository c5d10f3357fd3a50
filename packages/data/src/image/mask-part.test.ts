import { expect, it } from 'vitest'
import { MaskPart } from './mask-part.js'

const classes = Array.from({ length: 40 }, (_, i) => `class ${i}`)
const part = new MaskPart({ classes })

it('says what its colours stand for, of the classes that are there', () => {
  expect(part.colors([[0, 1, 1], Int32Array.of(2, 0, 0)])).toEqual([
    { name: 'class 1', color: '#e69e00' },
    { name: 'class 2', color: '#57b5e8' },
  ])
  expect(part.colors([[0, 0]])).toEqual([])
})

it('has a colour of its own for each class, which is the one that is drawn', () => {
  const all = part.colors([[...classes.keys()]])
  expect(new Set(all.map(({ color }) => color)).size).toBe(39)
  for (const { color } of all) expect(color).toMatch(/^#[0-9a-f]{6}$/)
  const values = Float32Array.of(0, 0, 0)
  const drawn = (number: number) => part.showOn({ picture: { values, shape: [1, 1, 3] } }, [number]).picture!.values
  const parts = [1, 3, 5].map(at => (0.55 * Number.parseInt(all[19]!.color.slice(at, at + 2), 16)) / 255)
  for (const [i, value] of [...(drawn(20) as Float32Array)].entries()) expect(value).toBeCloseTo(parts[i]!, 2)
})
