// What each technique costs per step: a Learner with it against the same without, epochs of both taking turns in one process, so that the
// machine's moods hit both. Prints a Markdown table. npx tsx benchmarks/techniques.ts [--rounds 30] [--only EMA] [--workloads W1,W3]
import { pathToFileURL } from 'node:url'
import { parseArgs } from 'node:util'
import { useBackend } from '@onecycle/backend'
import type { Callback } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import {
  ActivationStats,
  adam,
  BnFreeze,
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
  type OptimizerFactory,
  optimizerPerGroup,
  Profiler,
  SWA,
  sgd,
  weighted_cross_entropy,
} from '@onecycle/learner'
import { type Workload, workloads } from './workloads.js'

export interface Technique {
  readonly callbacks?: (workload: Workload) => Callback<Learner>[]
  readonly loss?: (workload: Workload) => LossFunction
  /** What the data has beside samples and targets. */
  readonly data?: (samples: number) => { weights?: Float32Array }
  readonly optimizer?: (made: () => OptimizerFactory) => { optimizer: OptimizerFactory; layer_groups: number }
  /** Whether it is for images alone. */
  readonly images?: boolean
}

export const techniques: Readonly<Record<string, Technique>> = {
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
  BnFreeze: { callbacks: () => [new BnFreeze()] },
  FitLimit: { callbacks: () => [new FitLimit({ maxTime: '8 h' })] },
  'weights of samples': { data: samples => ({ weights: new Float32Array(samples).fill(0.5) }) },
  'optimizerPerGroup, of two': { optimizer: made => ({ optimizer: optimizerPerGroup(made(), made()), layer_groups: 2 }) },
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

/** A Learner with a technique, on so many batches. */
export function learnerWith(workload: Workload, technique: Technique, batches: number, seed = 1): Learner {
  const { batch } = workload
  const { callbacks, loss, data, optimizer } = technique
  const made = () => (workload.optimizer.kind === 'adam' ? adam() : sgd({ mom: 0.9 }))
  const options = { ...workload.samples(batches * batch), bs: batch, ...data?.(batches * batch) }
  return new Learner(DataBunch.from_arrays(options), workload.build(), {
    loss: loss?.(workload) ?? cross_entropy,
    callbacks: callbacks?.(workload) ?? [],
    ...(optimizer?.(made) ?? { optimizer: made() }),
    progress: false,
    seed,
  })
}

export async function costOf(workload: Workload, technique: Technique, rounds: number): Promise<Cost> {
  const make = (technique: Technique) => learnerWith(workload, technique, batches)
  const learners = { without: make({}), with: make(technique) }
  const times = { without: [] as number[], with: [] as number[] }
  for (let round = -3; round < rounds; round++) {
    // Who goes first changes, because what one leaves behind the other may have to clean up.
    const order = ['without', 'with'] as const
    for (const kind of round % 2 === 0 ? order : order.toReversed()) {
      const before = process.cpuUsage()
      await learners[kind].fit(workload.optimizer.lr / 100, 1)
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
  const text = (value: string) => ({ type: 'string', default: value }) as const
  const { values } = parseArgs({ options: { rounds: text('30'), only: text(''), workloads: text('W1,W3') } })
  const chosen = values.workloads.split(',').flatMap(name => workloads.find(each => each.name === name) ?? [])
  await useBackend({ prefer: 'wasm' })
  console.log(`A step with the technique over one without it, minimum / median of ${values.rounds} rounds.\n`)
  console.log(`| technique | ${chosen.map(({ name }) => name).join(' | ')} |`)
  console.log(`| --- |${' --- |'.repeat(chosen.length)}`)
  const without: number[] = chosen.map(() => Number.POSITIVE_INFINITY)
  for (const [name, technique] of Object.entries(techniques).filter(([name]) => name.includes(values.only))) {
    const cells: string[] = []
    for (const [i, workload] of chosen.entries()) {
      const fits = !technique.images || (workload.samples(1).shape as number[]).length === 3
      const cost = fits && (await costOf(workload, technique, Number(values.rounds)))
      cells.push(cost ? `${cost.ratio.min.toFixed(2)} / ${cost.ratio.median.toFixed(2)}` : '')
      if (cost) without[i] = Math.min(without[i]!, cost.without)
    }
    console.log(`| ${name} | ${cells.join(' | ')} |`)
  }
  console.log(`| milliseconds of the processor without | ${without.map(ms => ms.toFixed(2)).join(' | ')} |`)
}
