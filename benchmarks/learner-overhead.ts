// What the Learner costs per batch, against a loop written by hand: the same model, loss, optimizer and batches, in alternating
// rounds of one process, so that the machine's moods hit both. npx tsx benchmarks/learner-overhead.ts
import { pathToFileURL } from 'node:url'
import { useBackend } from '@onecycle/backend'
import { DataBunch, datasets, Subset } from '@onecycle/data'
import { Learner, simple_cnn } from '@onecycle/learner'
import { dispose, type Scalar, type Tensor, variableGrads } from '@tensorflow/tfjs-core'

export interface OverheadOptions {
  /** Rounds of each kind, an epoch of 48 batches each: short, because a shared machine changes its speed. Default 80. */
  rounds?: number
}

export interface Overhead {
  /** Milliseconds per batch. */
  learner: { min: number; median: number }
  loop: { min: number; median: number }
  /** Learner over loop. */
  ratio: { min: number; median: number }
  batches: number
  rounds: number
}

/** fit(lr, 1) on 3s against 7s without validation, and the same written by hand. */
export async function learnerOverhead({ rounds = 80 }: OverheadOptions = {}): Promise<Overhead> {
  const { train_ds } = await datasets.mnist_sample()
  const part = new Subset(
    train_ds!,
    Int32Array.from({ length: 48 * 64 }, (_, i) => i),
  )
  const data = DataBunch.from_datasets(part, undefined, { seed: 1 })
  const learn = newLearner(data)
  const parts = newLearner(data)
  const batches = data.train_dl.length

  const times: { learner: number[]; loop: number[] } = { learner: [], loop: [] }
  for (let round = -8; round < rounds; round++) {
    // Who goes first changes, because what one leaves behind the other may have to clean up.
    const kinds = [
      ['learner', () => learn.fit(5e-3, 1)],
      ['loop', () => byHand(parts)],
    ] as const
    const elapsed = { learner: 0, loop: 0 }
    for (const [kind, work] of round % 2 === 0 ? kinds : kinds.toReversed()) elapsed[kind] = await timed(work)
    const { learner, loop } = elapsed
    if (round < 0) continue
    times.learner.push(learner / batches)
    times.loop.push(loop / batches)
  }
  const ratios = times.learner.map((time, round) => time / times.loop[round]!)
  const learner = spread(times.learner)
  const loop = spread(times.loop)
  return { learner, loop, ratio: { min: learner.min / loop.min, median: median(ratios) }, batches, rounds }
}

/** A training epoch as one would write it without a Learner. */
async function byHand({ data, model, loss_func, opt, trained }: Learner): Promise<void> {
  const variables = trained.map(({ variable }) => variable)
  opt.set('lr', 5e-3)
  for await (const { xs, ys } of data.train_dl) {
    const { value, grads } = variableGrads(
      () => loss_func(model.apply(xs as Tensor, { training: true }) as Tensor, ys) as Scalar,
      variables,
    )
    opt.step(Object.fromEntries(trained.map(({ name, variable }) => [name, grads[variable.name]!])))
    await value.data()
    dispose([value, grads, xs, ys] as never)
  }
}

function newLearner(data: DataBunch): Learner {
  return new Learner(data, simple_cnn([3, 16, 16, 2], { seed: 1 }), { seed: 1, progress: false })
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

function spread(times: readonly number[]) {
  return { min: Math.min(...times), median: median(times) }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!
}

export function overheadTable({ learner, loop, ratio, batches, rounds }: Overhead): string {
  const line = (name: string, { min, median }: { min: number; median: number }) =>
    `${name.padEnd(14)} ${min.toFixed(3)}  ${median.toFixed(3)}`
  return [
    `ms per training batch, ${rounds} alternating rounds of ${batches} batches (minimum, median)`,
    line('learn.fit', learner),
    line('loop by hand', loop),
    line('ratio', ratio),
  ].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await useBackend()
  console.log(overheadTable(await learnerOverhead()))
}
