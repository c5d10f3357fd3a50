import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import {
  type Callback,
  CancelBackward,
  CancelBatch,
  CancelEpoch,
  CancelFit,
  CancelStep,
  CancelTrain,
  CancelValidate,
} from '@onecycle/callbacks'
import { DataBunch, type Dataset } from '@onecycle/data'
import { accuracy, Checkpoint, Learner, type TrainOptions } from '@onecycle/learner'
import { Random } from '@onecycle/platform'
import { memory } from '@tensorflow/tfjs-core'
import { initializers, layers, type Sequential, sequential } from '@tensorflow/tfjs-layers'

/** A fault, what came of it, and what was lost by it: nothing, if all is well. */
export interface Outcome {
  readonly fault: string
  readonly outcome: string
  readonly lost: readonly string[]
}

/** What a process begins with, each time. */
export interface Program {
  readonly learn: Learner
  /** Lines for the person. */
  readonly said: string[]
}

/** Of four epochs, each way to cancel is taken once in the first three, and the last is not begun. */
const cancelling: Callback<Learner> = {
  name: 'cancelling',
  before_batch({ train_iter, training }) {
    if (training && train_iter === 1) throw new CancelBatch()
  },
  before_backward({ train_iter }) {
    if (train_iter === 2) throw new CancelBackward()
  },
  before_step({ train_iter }) {
    if (train_iter === 3) throw new CancelStep()
  },
  after_batch({ train_iter, training }) {
    if (training && train_iter === 9) throw new CancelTrain()
  },
  before_validate({ epoch }) {
    if (epoch === 1) throw new CancelValidate()
  },
  after_validate({ epoch }) {
    if (epoch === 2) throw new CancelEpoch()
  },
  after_epoch({ epoch }) {
    if (epoch === 2) throw new CancelFit()
  },
}

export function modelOf(): Sequential {
  const kernelInitializer = initializers.glorotUniform({ seed: 1 })
  return sequential({
    layers: [
      layers.dense({ units: 6, inputShape: [2], activation: 'relu', kernelInitializer }),
      layers.batchNormalization(),
      layers.dropout({ rate: 0.3 }),
      layers.dense({ units: 2, kernelInitializer }),
    ],
  })
}

/** Five batches to train on and two to validate on, with dropout and running statistics. */
export function program(more: Callback<Learner>[] = [], wrap = (data: Dataset) => data, made = modelOf()): Program {
  const random = new Random(7)
  const x = Float32Array.from({ length: 56 }, () => random.normal())
  const y = Int32Array.from({ length: 28 }, (_, i) => Number(x[2 * i]! > x[2 * i + 1]!))
  const whole = DataBunch.from_arrays({ x, y, shape: [2], valid_pct: 0.28, bs: 4, seed: 3 })
  const data = DataBunch.from_datasets(wrap(whole.train_ds!), whole.valid_ds, { bs: 4, seed: 3 })
  const said: string[] = []
  const options = { seed: 5, metrics: [accuracy], progress: false, log: (line: string) => void said.push(line) }
  return { learn: new Learner(data, made, { ...options, callbacks: [cancelling, ...more] }), said }
}

/** The training that faults are put into. */
export function train(learn: Learner, options: TrainOptions = {}): Promise<unknown> {
  return learn.fit_one_cycle(4, 1e-2, options)
}

/** The same, with a checkpoint after every second batch, or where the last one is. */
export function trainIn(dir: string, learn: Learner, options: TrainOptions = {}): Promise<unknown> {
  return train(learn, { resume: dir, ...options, callbacks: new Checkpoint({ dir, every: { batches: 2 } }) })
}

/** All that a fit ends with, the time that it took aside. */
async function endOf({ learn }: Program): Promise<object> {
  const { history } = learn.recorder
  const epochs = history.epochs.map(({ time: _, ...row }) => row)
  return { weights: await learn.getWeights(), optimizer: await learn.opt.state(), history: { ...history, epochs } }
}

let whole: Promise<object> | undefined

async function wholeEnd(): Promise<object> {
  const alone = program()
  await train(alone.learn)
  const end = await endOf(alone)
  free(alone)
  return end
}

/** Whether a program ended as one to which nothing happened. */
export async function endsWell(given: Program): Promise<boolean> {
  whole ??= wholeEnd()
  return isDeepStrictEqual(await endOf(given), await whole)
}

export function free({ learn }: Program): void {
  learn.dispose()
  learn.model.dispose?.()
}

/** A fault on trial: a new folder, and what is still there afterwards. `work` says what came of it, and what was lost. */
export async function trial(
  fault: string,
  work: (dir: string) => Promise<{ outcome: string; lost: string[] }>,
  folder = tmpdir(),
): Promise<Outcome> {
  whole ??= wholeEnd()
  await whole
  const dir = mkdtempSync(join(folder, 'onecycle-fault-'))
  const before = memory().numTensors
  try {
    const { outcome, lost } = await work(dir)
    const leaked = memory().numTensors - before
    if (leaked !== 0) lost.push(`${leaked} tensors stay`)
    lost.push(
      ...readdirSync(dir)
        .filter(name => name.endsWith('.tmp'))
        .map(name => `${name} stays`),
    )
    return { fault, outcome, lost }
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

/** How a promise ends, in words. */
export async function endingOf(work: Promise<unknown>): Promise<string> {
  return work.then(
    () => 'goes on',
    (error: unknown) => `rejects: ${String((error as Error)?.message ?? error).split(' The last checkpoint')[0]}`,
  )
}

/** What a program that is begun anew in the folder comes to, and what is lost where it is not the end of one to which nothing happened. */
export async function begunAnew(dir: string): Promise<{ said: string[]; lost: string[] }> {
  const again = program()
  const { said } = again
  try {
    const ending = await endingOf(trainIn(dir, again.learn))
    if (ending !== 'goes on') return { said, lost: [`begun anew it ${ending}`] }
    return { said, lost: (await endsWell(again)) ? [] : ['begun anew it ends with other bits'] }
  } finally {
    free(again)
  }
}

/** What was lost where all that a fault left in the folder should be good. */
export async function lostIn(dir: string): Promise<string[]> {
  const { said, lost } = await begunAnew(dir)
  return [...lost, ...said.filter(line => line.includes('cannot be loaded'))]
}

/** A training that fails after so many batches, and leaves checkpoints. */
export async function dieIn(dir: string, batches = 8): Promise<void> {
  const dies: Callback<Learner> = {
    name: 'dies',
    after_batch({ train_iter }) {
      if (train_iter === batches) throw new Error('died')
    },
  }
  const half = program([dies])
  await endingOf(trainIn(dir, half.learn))
  free(half)
}
