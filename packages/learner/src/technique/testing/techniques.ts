import { createHash } from 'node:crypto'
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { useBackend } from '@onecycle/backend'
import type { Callback } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { Random } from '@onecycle/platform'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { ActivationStats, GradientStats } from '../../inspect/index.js'
import { Learner, type LearnerOptions } from '../../learner.js'
import { focal_loss, label_smoothing_cross_entropy, weighted_cross_entropy } from '../../loss/cross-entropy-forms.js'
import {
  BnFreeze,
  CutMix,
  EMA,
  FitLimit,
  GradientAccumulation,
  GradientClip,
  MixUp,
  ShortEpoch,
  SWA,
  ValidateEvery,
} from '../index.js'

const random = new Random(5)
const x = Float32Array.from({ length: 48 * 400 }, () => random.normal())
const y = Int32Array.from({ length: 48 }, (_, i) => i % 3)

/** Images of 10x10x4 in three classes, with convolution, batch norm and dropout: work enough for two threads. */
function make(seed: number, options: LearnerOptions): Learner {
  const data = DataBunch.from_arrays({ x, y, shape: [10, 10, 4], valid_pct: 0.25, bs: 9, drop_last: false })
  const kernelInitializer = initializers.glorotUniform({ seed: 1 })
  const model = sequential({
    layers: [
      layers.conv2d({ filters: 16, kernelSize: 3, kernelInitializer, inputShape: [10, 10, 4] }),
      layers.batchNormalization(),
      layers.reLU(),
      layers.flatten(),
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 3, kernelInitializer }),
    ],
  })
  return new Learner(data, model, { progress: false, seed, log: false, ...options })
}

const callbacks: Record<string, () => Callback<Learner>> = {
  'GradientClip by norm': () => new GradientClip({ max_norm: 0.1 }),
  'GradientClip by value': () => new GradientClip({ clip_value: 0.01 }),
  'GradientClip adaptive': () => new GradientClip({ clip_factor: 0.01 }),
  GradientAccumulation: () => new GradientAccumulation({ n_acc: 18 }),
  EMA: () => new EMA({ decay: 0.9 }),
  SWA: () => new SWA(),
  MixUp: () => new MixUp(),
  CutMix: () => new CutMix(),
  ShortEpoch: () => new ShortEpoch({ pct: 0.3 }),
  FitLimit: () => new FitLimit({ maxSteps: 5 }),
  BnFreeze: () => new BnFreeze(),
  ValidateEvery: () => new ValidateEvery({ batches: 2, log: false }),
  GradientStats: () => new GradientStats({ every: 2 }),
  ActivationStats: () => new ActivationStats({ every: 2 }),
}
/** Those that change nothing. */
export const looking = ['ValidateEvery', 'GradientStats', 'ActivationStats']
const losses = { label_smoothing_cross_entropy, focal_loss, weighted: () => weighted_cross_entropy({ weight: [1, 2, 3] }) }

/** Every technique by name, made anew each time. */
export const techniques: [string, () => LearnerOptions][] = [
  ['nothing', () => ({})],
  ...Object.entries(callbacks).map(([name, one]): [string, () => LearnerOptions] => [name, () => ({ callbacks: one() })]),
  ...Object.entries(losses).map(([name, one]): [string, () => LearnerOptions] => [name, () => ({ loss: one() })]),
  [
    'all that go together',
    () => ({ callbacks: ['GradientClip by norm', 'GradientAccumulation', 'EMA', 'MixUp'].map(name => callbacks[name]!()) }),
  ],
]

/** A fit, all that came of it, and nothing left behind. */
export async function fitted(seed: number, options: LearnerOptions) {
  const learn = make(seed, options)
  const { losses, val_losses } = await learn.fit_one_cycle(2, 0.05)
  const weights = await learn.getWeights()
  learn.dispose()
  learn.model.dispose?.()
  return { losses, val_losses, weights }
}

/** All the bits of a fit, in short. */
export function digest({ losses, val_losses, weights }: Awaited<ReturnType<typeof fitted>>): string {
  const hash = createHash('sha256').update(Float64Array.from([...losses, ...val_losses]))
  for (const { values } of Object.values(weights)) hash.update(values)
  return hash.digest('hex')
}

// As a program: on so many threads, the digest of each technique as JSON.
if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await useBackend({ prefer: 'wasm', threads: Number(process.argv[2]), log: false })
  const digests: Record<string, string> = {}
  for (const [name, options] of techniques) digests[name] = digest(await fitted(1, options()))
  writeFileSync(1, JSON.stringify(digests))
}
