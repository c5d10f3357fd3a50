import type { Command } from 'commander'
import { examples } from './examples.js'
import { keysOf } from './job/keys.js'
import { addKeys } from './job/options-of.js'
import { wholeNumber } from './options.js'
import { addBackend, addProgress, tuiOption } from './program-options.js'

/** What trains, and looks at what would be trained. */
export function addJobs(program: Command): void {
  const train = program.command('train').description('train on a table, a folder or a data set, into a folder of runs')
  addKeys(train, keysOf.train)
    .option('--name <name>', 'what the run is called (default: as the data, counted up)')
    .option('--runs <folder>', 'where runs are', 'runs')
    .option('--resume <run>', 'go on with a run that was killed')
    .option('--patience <n>', 'end when validation has not become better for so many epochs', wholeNumber(1))
    .option('--tensorboard', "write TensorBoard's files too")
    .option('--watch', 'serve a live page of it, with buttons')
  addProgress(addBackend(train))
    .option(...tuiOption)
    .option('--json', 'print what came of it as JSON, and nothing else')
    .addHelpText(
      'after',
      examples(
        ['onecycle train --data churn.csv --y left', 'finds a rate, trains, keeps all in runs/churn-1'],
        ['onecycle train --data mnist_sample --epochs 2 --lr 5e-2', 'a data set that comes with npm'],
        ['onecycle train --config job.yaml --epochs 20', 'the same keys in a file'],
        ['onecycle train --resume runs/churn-1 --tui', 'goes on where it was killed, on the whole terminal'],
      ),
    )
    .action(async options => {
      const { jobOf, jobOfRun } = await import('./job/job-of.js')
      const job = options.resume ? await jobOfRun(options.resume) : await jobOf(options)
      await (await import('./commands/train.js')).train(job, options)
    })

  const find = program.command('lr-find').description('search for a learning rate, and draw the losses it was read from')
  addKeys(find, keysOf.model)
    .option('--out <file>', 'write the picture (.svg, .png, .html, .json)')
    .option('--json', 'print the curve and the suggestions as JSON')
    .option(...tuiOption)
  addProgress(addBackend(find))
    .addHelpText(
      'after',
      examples(['onecycle lr-find --data churn.csv --y left'], ['onecycle lr-find --data mnist_sample --out find.png']),
    )
    .action(async options => {
      const { jobOf } = await import('./job/job-of.js')
      await (await import('./commands/lr-find.js')).lrFind(await jobOf(options), options)
    })

  const batch = program.command('show-batch').description('show some samples as a model gets them')
  addKeys(batch, keysOf.data)
    .option('--out <file>', 'write the picture, where it is one')
    .option('--json', 'print sizes, classes and samples as JSON')
  addBackend(batch)
    .addHelpText('after', examples(['onecycle show-batch --data churn.csv --y left']))
    .action(async options => {
      const { jobOf } = await import('./job/job-of.js')
      await (await import('./commands/show-batch.js')).showBatch(await jobOf(options), options)
    })
}
