// Trains what digits_body() gives: a small residual network on the digits 0 to 4 of MNIST, whose weights are kept in half precision.
// npx tsx benchmarks/digits-body.ts [epochs]   writes packages/learner/src/model/image/digits-weights.ts
import assert from 'node:assert/strict'
import { accuracy, datasets, Learner, resnet9, writeWhole } from 'onecycle'

const epochs = Number(process.argv[2] ?? 4)
const data = await datasets.mnist({ digits: [0, 1, 2, 3, 4], bs: 64, seed: 1 })
const learn = new Learner(data, resnet9({ n_in: 1, n_out: 5, width: 4, seed: 1 }), { metrics: [accuracy], seed: 1 })
const history = await learn.fit_one_cycle(epochs, 1e-2)
assert(history.epochs.at(-1)!['accuracy']! >= 0.99, 'It should know 99 % of the digits it is trained on.')

const weights = learn.model.weights as unknown as { read(): { dataSync(): Float32Array } }[]
const halves = weights.map(weight => Uint16Array.from(weight.read().dataSync(), halfOf))
const bytes = Buffer.concat(halves.map(half => Buffer.from(half.buffer)))
await writeWhole(
  'packages/learner/src/model/image/digits-weights.ts',
  `/** Weights of {@link digits_body} in half precision, in the order of its model's. Made by benchmarks/digits-body.ts. */
// biome-ignore format: one line of base64
export const digitsWeights: string =
  '${bytes.toString('base64')}'
`,
)
console.log(`${bytes.length} bytes`)

/** The nearest number of half precision, as its bits; what is too small becomes 0. */
function halfOf(value: number): number {
  const [bits] = new Uint32Array(Float32Array.of(value).buffer) as unknown as [number]
  const sign = (bits >>> 16) & 0x8000
  const exponent = ((bits >>> 23) & 0xff) - 112
  if (exponent <= 0) return sign
  if (exponent >= 31) throw new RangeError(`${value} is too large for half precision.`)
  // Rounding up may carry into the exponent, which is then the right one.
  return sign | ((exponent << 10) + ((bits >>> 13) & 0x3ff) + ((bits >>> 12) & 1))
}
