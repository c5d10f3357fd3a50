// What each technique costs per step: a Learner with it against the same without, epochs of both taking turns in one process, so that the
// machine's moods hit both. npx tsx benchmarks/techniques.ts [--rounds 30] [--only EMA]
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { useBackend } from '@onecycle/backend'
import type { Callback } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import {
  ActivationStats,
  adam,
  CutMix,
  cross_entropy,
  EMA,
  FitLimit,
  focal_loss,
  GradientAccumulation,
  GradientClip,
  GradientStats,
  LeakGuard,
  Learner,
  type LossFunction,
  label_smoothing_cross_entropy,
  MixUp,
  Profiler,
  SWA,
  sgd,
  weighted_cross_entropy,
} from '@onecycle/learner'
import { samples } from './samples.js'
import { type Workload, workloads } from './workloads.js'

interface Technique {
  readonly callbacks?: (workload: Workload) => Callback<Learner>[]
  readonly loss?: (workload: Workload) => LossFunction
  /** Whether it is for images alone. */
  readonly images?: boolean
}

const techniques: Readonly<Record<string, Technique>> = {
  'nothing (the noise)': {},
  'GradientClip by norm': { callbacks: () => [new GradientClip({ max_norm: 1 })] },
  'GradientClip by value': { callbacks: () => [new GradientClip({ clip_value: 1 })] },
  'GradientClip adaptive': { callbacks: () => [new GradientClip({ clip_factor: 0.01 })] },
  'GradientAccumulation of 4': { callbacks: ({ batch }) => [new GradientAccumulation({ n_acc: 4 * batch })] },
  EMA: { callbacks: () => [new EMA()] },
  SWA: { callbacks: () => [new SWA()] },
  MixUp: { callbacks: () => [new MixUp()] },
  CutMix: { callbacks: () => [new CutMix()], images: true },
  'GradientStats every 10': { callbacks: () => [new GradientStats()] },
  'ActivationStats every 10': { callbacks: () => [new ActivationStats()] },
  'ActivationStats with_hist every 10': { callbacks: () => [new ActivationStats({ with_hist: true })] },
  'both of every batch': {
    callbacks: () => [new GradientStats({ every: 1 }), new ActivationStats({ every: 1, with_hist: true })],
  },
  Profiler: { callbacks: () => [new Profiler()] },
  LeakGuard: { callbacks: () => [new LeakGuard()] },
  FitLimit: { callbacks: () => [new FitLimit({ maxTime: '8 h' })] },
  label_smoothing_cross_entropy: { loss: () => label_smoothing_cross_entropy() },
  focal_loss: { loss: () => focal_loss() },
  weighted_cross_entropy: { loss: ({ classes }) => weighted_cross_entropy({ weight: new Array<number>(classes).fill(1) }) },
}

/** An epoch. */
const batches = 16

export interface Cost {
  /** Milliseconds of the processor per batch without it. */
  readonly without: number
  /** With it over without it. */
  readonly ratio: { readonly min: number; readonly median: number }
}

export async function costOf(workload: Workload, { callbacks, loss }: Technique, rounds: number): Promise<Cost> {
  const { batch, input, classes, optimizer } = workload
  const { x, y } = samples(batches * batch, input, classes)
  const data = DataBunch.from_arrays({ x, y, shape: [...input], bs: batch, seed: 1 })
  const make = (given: LossFunction, added: readonly Callback<Learner>[]) =>
    new Learner(data, workload.build(), {
      loss: given,
      callbacks: added,
      optimizer: optimizer.kind === 'adam' ? adam() : sgd({ mom: 0.9 }),
      progress: false,
      seed: 1,
    })
  const learners = {
    without: make(cross_entropy, []),
    with: make(loss?.(workload) ?? cross_entropy, callbacks?.(workload) ?? []),
  }
  const times = { without: [] as number[], with: [] as number[] }
  for (let round = -3; round < rounds; round++) {
    // Who goes first changes, because what one leaves behind the other may have to clean up.
    const order = ['without', 'with'] as const
    for (const kind of round % 2 === 0 ? order : order.toReversed()) {
      const before = process.cpuUsage()
      await learners[kind].fit(optimizer.lr / 100, 1)
      // Time of the processor: on a machine that is shared, a clock also counts what others do.
      const { user, system } = process.cpuUsage(before)
      if (round >= 0) times[kind].push((user + system) / 1000 / batches)
    }
  }
  for (const learn of Object.values(learners)) {
    learn.dispose()
    learn.model.dispose?.()
  }
  const ratios = times.with.map((time, round) => time / times.without[round]!).toSorted((a, b) => a - b)
  return {
    without: Math.min(...times.without),
    ratio: { min: Math.min(...times.with) / Math.min(...times.without), median: ratios[ratios.length >> 1]! },
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { values } = parseArgs({ options: { rounds: { type: 'string', default: '30' }, only: { type: 'string', default: '' } } })
  await useBackend({ prefer: 'wasm' })
  console.log('step with the technique over step without it: minimum, median')
  for (const name of ['W1', 'W3'])
    for (const [technique, made] of Object.entries(techniques)) {
      if (!technique.includes(values.only)) continue
      const workload = workloads.find(each => each.name === name)!
      if (made.images && workload.input.length < 3) continue
      const { without, ratio } = await costOf(workload, made, Number(values.rounds))
      const figures = `${ratio.min.toFixed(3)}  ${ratio.median.toFixed(3)}`
      console.log(`${name}  ${technique.padEnd(34)} ${figures}  (${without.toFixed(2)} ms without)`)
    }
}
