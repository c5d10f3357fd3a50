import { type Report, report } from '@onecycle/recorder'
import { type Experiment, result } from './mnist-sample.js'
import type { Check } from './verdict.js'

/** The experiment on one page: what was done, every plot and every table. */
export function page({ lrFind, runs, plots }: Experiment, checks: readonly Check[]): Report {
  return report({
    title: '3s against 7s of MNIST',
    intro:
      'A small convolutional network (3,058 parameters) learns to tell handwritten 3s from 7s. First a search for the learning ' +
      'rate, then three runs from the same initial weights: at a high and at a low constant rate, and with the 1cycle policy.',
    sections: [
      {
        title: 'Result',
        text: checks.map(({ what, passes }) => `${passes ? 'Passed' : 'Failed'}: ${what}.`).join('\n\n'),
        table: runs.map(result).map(({ name, seconds, ...figures }) => ({ run: name, ...figures, seconds: seconds.toFixed(2) })),
      },
      {
        title: 'Learning rate finder',
        text:
          `${lrFind.lrs.length} batches at rates rising from ${lrFind.start_lr} to ${lrFind.end_lr}. ` +
          (lrFind.lr === undefined ? `It suggests no rate: ${lrFind.reason}` : `Suggested: ${lrFind.lr.toExponential(2)}.`),
        plots: [plots.lr_find],
      },
      {
        title: 'The 1cycle policy',
        text: 'The learning rate rises to its peak and falls to practically nothing, while momentum does the opposite.',
        plots: [plots.lr],
      },
      { title: 'Losses', plots: [plots.losses] },
      { title: 'Metrics', plots: [plots.metrics] },
      ...runs.map(({ name, history }) => ({
        title: name,
        table: history.epochs.map(({ time, ...figures }) => ({ ...figures, seconds: time!.toFixed(2) })),
      })),
    ],
  })
}
