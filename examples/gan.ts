// A GAN learns eight clusters of points on a circle: a generator makes points of noise, a critic tells them from real ones.
// npx tsx examples/gan.ts
import assert from 'node:assert/strict'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { adam, DataBunch, GANLearner, Plot, Random } from 'onecycle'

const clusters = 8
const spread = 0.1
const centres = Array.from({ length: clusters }, (_, i) => (2 * Math.PI * i) / clusters).map(
  angle => [Math.cos(angle), Math.sin(angle)] as const,
)

const pairs = (values: ArrayLike<number>) =>
  Array.from({ length: values.length / 2 }, (_, i): [number, number] => [values[2 * i]!, values[2 * i + 1]!])

const random = new Random(1)
const samples = 8192
const real = Float32Array.from(
  { length: 2 * samples },
  (_, i) => centres[(i >> 1) % clusters]![i % 2]! + spread * random.normal(),
)
// The inputs are what is real; a GAN that makes samples of noise has no use for targets.
const data = DataBunch.from_arrays({ x: real, shape: [2], y: new Float32Array(samples), bs: 256, seed: 1 })

const dense = (units: number, seed: number, options: object) =>
  layers.dense({ units, kernelInitializer: initializers.heNormal({ seed }), ...options })
const network = (inputs: number, outputs: number, seed: number) =>
  sequential({
    layers: [
      dense(64, seed, { activation: 'relu', inputShape: [inputs] }),
      dense(64, seed + 1, { activation: 'relu' }),
      dense(outputs, seed + 2, {}),
    ],
  })

const gan = new GANLearner(data, network(8, 2, 10), network(2, 1, 20), {
  noise_sz: 8,
  optimizer: adam({ mom: 0.5, wd: 0 }),
  seed: 1,
  progress: { table: false },
})
await gan.fit_flat_cos(120, 2e-3, { pct_start: 0.5 })

const made = gan.generate(2000)
const points = pairs(await made.data())
made.dispose()

// Of real points 98.9 % are within three times the spread of a centre.
const near = centres.map(
  ([x, y]) => points.filter(point => Math.hypot(point[0] - x, point[1] - y) < 3 * spread).length / points.length,
)
const good = near.reduce((sum, share) => sum + share)
console.log(
  `${(100 * good).toFixed(1)} % of what was made lies in a cluster; by cluster: ${near.map(share => (100 * share).toFixed(1)).join(' ')} %`,
)

const { gen_loss, crit_loss } = gan.gan_losses
// A gap behind each point leaves out the line to the next one.
const cloud = (points: [number, number][]) =>
  points.slice(0, 400).flatMap(([x, y]): [number, number][] => [
    [x, y],
    [x, Number.NaN],
  ])
await new Plot({
  panels: [
    {
      title: 'Points',
      x: { label: 'x' },
      y: { label: 'y' },
      series: [
        { name: 'real', style: 'points', points: cloud(pairs(real)) },
        { name: 'generated', style: 'points', points: cloud(points) },
      ],
    },
    {
      title: 'Losses',
      x: { label: 'batch', integer: true },
      y: { label: 'loss' },
      series: [
        { name: 'critic', style: 'line', points: crit_loss },
        { name: 'generator', style: 'line', points: gen_loss },
      ],
    },
  ],
}).save('runs/examples/gan.png')

assert(good > 0.8, `Only ${good} of what was made lies in a cluster, and should be 0.8.`)
for (const [i, share] of near.entries()) assert(share > 0.02, `Of cluster ${i} there is only ${share}, and should be 0.02.`)
