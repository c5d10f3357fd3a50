import { type Callback, CancelFit, CancelTrain } from '@onecycle/callbacks'
import { checkOptions, kind, plainError, typeError } from '@onecycle/platform'
import type { TrainOptions } from '../fit/options.js'
import { Checkpoint, checkDir, fitIndex } from './checkpoint-callback.js'
import { loadCheckpoint } from './file.js'
import type { Place } from './parts.js'
import { end, type RunFile, runFiles } from './run-folder.js'
import { checkOptimizer, checkRun, restoreOwn, restoreRun } from './run-state.js'
import type { RunningLearner } from './running-learner.js'
import type { RunState, Snapshot } from './snapshot.js'

interface Found {
  readonly file: RunFile
  readonly snapshot: Snapshot & { readonly run: RunState }
}

/**
 * The callbacks that have a fit go on from the newest good checkpoint in a folder, if there is one, and write others. When the fit
 * begins they refuse a folder that somebody else writes, and a checkpoint of another fit.
 */
export function resuming(
  learn: RunningLearner,
  callbacks: readonly Callback<never>[],
  { resume, start_epoch }: Pick<TrainOptions, 'resume' | 'start_epoch'>,
  goTo: (place: Place) => void,
): Callback<RunningLearner>[] {
  const { dir, anyBackend = false } = typeof resume === 'string' ? { dir: resume } : resume!
  checkDir('resume', dir)
  if (start_epoch !== undefined)
    throw typeError(
      'one-or-other',
      'start_epoch says where a fit begins, and so does the checkpoint of resume: leave out one of them.',
    )
  const theirs = [...learn.bus.callbacks, ...callbacks].filter(callback => callback instanceof Checkpoint && callback.dir === dir)
  const own = theirs.length > 0 ? [] : [new Checkpoint({ dir })]
  const [checkpoint] = [...theirs, ...own] as [Checkpoint]
  let found: Found | undefined
  const finding: Callback<RunningLearner> = {
    name: 'Resume',
    // Before everyone: what is refused is to leave nothing behind.
    order: -2e9,
    async before_fit(learn) {
      await checkpoint.lock()
      const index = fitIndex(learn, dir)
      const files = await runFiles(dir)
      found = await newestGood(
        learn,
        files.filter(({ fit }) => fit === index),
      )
      if (!found) return
      const { snapshot } = found
      await fitting(found, async () => {
        checkStates(learn, snapshot)
        await checkRun(learn, snapshot, anyBackend)
      })
    },
  }
  return [...own, finding, goingOn(() => found, checkpoint, goTo)]
}

async function fitting(found: Found, check: () => Promise<void>): Promise<void> {
  try {
    await check()
  } catch (cause) {
    const reason = (cause as Error).message.replace(/\.$/, '')
    throw plainError('resume-mismatch', `${found.file.path} does not fit: ${reason}. To begin anew, give another folder.`, {
      cause,
    })
  }
}

/** Which checkpoint of a folder is taken up: the newest one, or the best. */
export interface TakeUpOptions {
  /** Whether the best is taken, of the last fit that kept some, in place of the newest: `keep: { best }` of a Checkpoint. Default false. */
  best?: boolean | undefined
}

/** Loads the newest good checkpoint of a folder, and what it holds of callbacks that the Learner has. Gives its path, if there is one. */
export async function takeUp(learn: RunningLearner, dir: string, options: TakeUpOptions): Promise<string | undefined> {
  checkOptions<TakeUpOptions>('resume', options, { best: kind.boolean })
  const files = await runFiles(checkDir('resume', dir))
  const newest = await newestGood(learn, files)
  if (!newest) return undefined
  const best = bestOf(newest, files)
  if (options.best && best.length === 0)
    throw plainError(
      'no-best-checkpoint',
      `No checkpoint in ${dir} is one of the best: Checkpoint({ dir, keep: { best: 1, monitor: 'valid_loss' } }) keeps it.`,
    )
  const found = options.best ? await newestGood(learn, best) : newest
  if (!found) return undefined
  await learn.load(found.file.path)
  await restoreOwn(learn.bus.callbacks, found.snapshot.run)
  if (!options.best && best[0] && best[0] !== found.file)
    learn.log(`${found.file.path} is the newest. The best is ${best[0].path}: learn.resume(dir, { best: true }) takes it.`)
  return found.file.path
}

/** The best of the fit that a checkpoint is of, the very best first. */
function bestOf({ file, snapshot }: Found, files: readonly RunFile[]): RunFile[] {
  const numbers = (snapshot.run.best?.files ?? []).map(({ number }) => number)
  return numbers.flatMap(number => files.find(each => each.fit === file.fit && each.number === number) ?? [])
}

/** The first checkpoint that is not damaged; those that are are named. */
async function newestGood(learn: Pick<RunningLearner, 'log'>, files: readonly RunFile[]): Promise<Found | undefined> {
  for (const file of files) {
    try {
      const { run, ...snapshot } = await loadCheckpoint(file.path)
      if (!run) throw plainError('checkpoint-foreign', `${file.path} was not written by a Checkpoint.`)
      return { file, snapshot: { ...snapshot, run } }
    } catch (error) {
      learn.log(`${(error as Error).message} The checkpoint before it is used, if there is one.`)
    }
  }
  return undefined
}

/** Puts a fit where the checkpoint was taken, when everyone has heard the beginning of what it was taken in. */
function goingOn(find: () => Found | undefined, checkpoint: Checkpoint, goTo: (place: Place) => void): Callback<RunningLearner> {
  /** What is not restored yet. */
  let found: Found | undefined
  const restore = async (learn: RunningLearner) => {
    const { snapshot } = found!
    found = undefined
    await restoreRun(learn, snapshot, goTo)
  }
  return {
    name: 'Resume',
    // After everyone, the Checkpoint too.
    order: 2e9,
    async before_fit(learn) {
      found = find()
      if (!found) return
      const { file, snapshot } = found
      const { place, ended } = snapshot.run
      if (place.pass === 'train' && place.done > 0 && !learn.train_dl.reseed)
        learn.log(
          `The training data comes from a source that decides its order: ${place.done} batches are skipped, and what follows is the same if it gives the same again.`,
        )
      if (file.number !== end) learn.log(`The fit goes on from ${file.path}: ${whereIs(place)}.`)
      await fitting(found, async () => checkOptimizer(learn, snapshot.run))
      checkpoint.goOn(snapshot.run)
      goTo(place)
      if (ended === undefined && place.pass !== 'over') return
      await restore(learn)
      if (ended === 'stopped') throw new CancelFit()
    },
    async before_train(learn) {
      if (!found) return
      if (found.snapshot.run.place.pass === 'validate') throw new CancelTrain()
      await restore(learn)
    },
    async before_validate(learn) {
      if (found) await restore(learn)
    },
  }
}

/** @throws Error on several ranks where layers remember what is of a rank's own samples */
function checkStates({ rank }: RunningLearner, { states = [], run }: Found['snapshot']): void {
  if (rank !== undefined && run.ended === undefined && states.length > 0)
    throw plainError(
      'resume-mismatch',
      'stateful layers remember what they saw on their rank, of which it has the first alone. learn.load takes its weights.',
    )
}

function whereIs({ epoch, pass, done, train_iter }: Place): string {
  if (pass === 'over') return `epoch ${epoch} is over, ${train_iter} batches are trained`
  if (pass === 'validate') return `epoch ${epoch} is to be validated`
  return `${done} batches of epoch ${epoch} are trained`
}
