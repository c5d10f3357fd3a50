import fc from 'fast-check'
import { beforeAll, describe, it } from 'vitest'
import { useKernels } from '../../testing/compare.js'
import {
  batchNorm,
  batchNormTraining,
  conv2d,
  type Definition,
  lookUp,
  matMul,
  type Pad,
  segmentSum,
  softmaxCrossEntropy,
} from '../../testing/definitions.js'
import { expectGradientsOf } from '../../testing/numerical.js'

beforeAll(() => useKernels('compiled'))

const transposed = [false, true].flatMap(left => [false, true].map(right => [left, right] as const))
const explicit = (top: number, bottom: number, left: number, right: number): Pad => [
  [0, 0],
  [top, bottom],
  [left, right],
  [0, 0],
]

const products = transposed.flatMap(sides => [
  matMul(1, 1, 1, sides),
  matMul(1, 5, 1, sides),
  matMul(3, 1, 9, sides),
  matMul(7, 4, 3, sides),
  matMul(6, 3, 8, sides),
  matMul(13, 5, 17, sides),
  matMul(3, 2, 4, sides, 3),
])

const convolutions = [
  conv2d([2, 5, 6, 3], [3, 3, 3, 9], [2, 2], 'same'),
  conv2d([1, 4, 5, 1], [3, 2, 1, 1], [1, 1], 'valid'),
  conv2d([1, 1, 1, 1], [1, 1, 1, 1], [1, 1], 'valid'),
  conv2d([2, 1, 1, 3], [3, 3, 3, 2], [1, 1], 'same'),
  conv2d([1, 7, 6, 2], [2, 1, 2, 3], [3, 4], 'valid'),
  conv2d([2, 3, 3, 5], [1, 1, 5, 11], [1, 1], 'valid'),
  conv2d([1, 4, 4, 4], [1, 1, 4, 8], [2, 2], 'same'),
  conv2d([2, 3, 4, 4], [3, 3, 4, 3], [1, 1], 'same'),
  conv2d([1, 5, 3, 8], [2, 2, 8, 1], [1, 2], 'valid'),
  conv2d([1, 3, 4, 2], [3, 3, 2, 2], [1, 2], explicit(2, 0, 1, 3)),
]

const rest: Definition[] = [
  ...[batchNormTraining, batchNorm].flatMap(make => [make(1, 1), make(2, 1), make(1, 3), make(7, 9), make(5, 16), make(131, 2)]),
  ...[true, false].flatMap(soft => [
    softmaxCrossEntropy(1, 1, soft),
    softmaxCrossEntropy(1, 7, soft),
    softmaxCrossEntropy(5, 4, soft),
    softmaxCrossEntropy(9, 11, soft),
  ]),
  segmentSum([0], 1, 1),
  segmentSum([2, 0, 2, 3, 0, 2], 3, 5),
  segmentSum([1, 1, 1], 9, 3),
  lookUp([3, 3, 0, 3], 5, 4),
  lookUp([0], 1, 1),
]

/** Every kernel's values, and its gradients by central differences, against plain loops in float64. */
describe('the values and gradients in float64 of', () => {
  it.each([...products, ...convolutions.map(({ forward }) => forward), ...rest])('$name', ({ reference, shapes, program }) =>
    expectGradientsOf(reference, shapes, program),
  )

  it('conv2d of any shape', async () => {
    const [side, size] = [fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 5 })]
    const edge = fc.integer({ min: 0, max: 2 })
    const pads = fc.oneof(
      fc.constantFrom<Pad>('same', 'valid'),
      fc.tuple(edge, edge, edge, edge).map(edges => explicit(...edges)),
    )
    const shape = fc.record({
      n: side,
      h: size,
      w: size,
      kh: side,
      kw: side,
      c: side,
      o: fc.integer({ min: 1, max: 9 }),
      sh: size,
      sw: size,
      pad: pads,
    })
    await fc.assert(
      fc.asyncProperty(shape, async ({ n, h, w, kh, kw, c, o, sh, sw, pad }) => {
        fc.pre(pad === 'same' || (kh <= h && kw <= w))
        const { reference, shapes, program } = conv2d([n, h, w, c], [kh, kw, c, o], [sh, sw], pad).forward
        await expectGradientsOf(reference, shapes, program)
      }),
      { numRuns: 25 },
    )
  })

  it('matMul of any shape', async () => {
    const size = fc.integer({ min: 1, max: 9 })
    await fc.assert(
      fc.asyncProperty(size, size, size, fc.constantFrom(...transposed), size, async (m, k, n, sides, batches) => {
        const { reference, shapes, program } = matMul(m, k, n, sides, batches)
        await expectGradientsOf(reference, shapes, program)
      }),
      { numRuns: 25 },
    )
  })
})
