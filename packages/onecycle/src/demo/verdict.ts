import { type Experiment, result } from './mnist-sample.js'

export interface Check {
  /** What was expected and what came out, in a sentence. */
  what: string
  passes: boolean
}

/**
 * What a healthy run of the experiment shows. On the whole data with two epochs or more it is held to what fastai itself
 * reaches there (1cycle: 0.9898 with a standard deviation of 0.0022 over 20 seeds); a smaller job only has to learn something.
 */
export function verdict({ lrFind, runs }: Experiment, job: { epochs: number; samples?: number | undefined }): Check[] {
  const results = runs.map(result)
  const cycle = results.at(-1)!
  if (job.epochs < 2 || job.samples !== undefined) {
    const guessing = Math.log(2)
    return [
      {
        what: `1cycle learned: validation loss ${cycle.valid_loss.toFixed(3)}, where guessing has ${guessing.toFixed(3)} (a small job: not held to more)`,
        passes: cycle.valid_loss < guessing,
      },
    ]
  }
  const best = Math.max(...results.map(({ accuracy }) => accuracy))
  const suggested = lrFind.lr
  return [
    {
      what: `1cycle reached ${percent(cycle.accuracy)} of the test images, at least 98 % expected`,
      passes: cycle.accuracy >= 0.98,
    },
    {
      what: `1cycle is at most 0.4 points (two standard deviations over seeds) below the best run's ${percent(best)}`,
      passes: cycle.accuracy >= best - 0.004,
    },
    {
      what: `lr_find() suggested ${suggested?.toExponential(1) ?? 'nothing'}, between 1e-4 and 1 expected`,
      passes: suggested !== undefined && suggested >= 1e-4 && suggested <= 1,
    },
  ]
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`
}
