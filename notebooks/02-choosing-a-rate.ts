// # Choosing a learning rate
//
// Of all that can be set before a training, the learning rate matters most. This notebook shows what it does, lets the finder look
// for it, reads its curve, and goes through what can go wrong.

// %% [markdown]
// ## What a rate does
// A training looks at a batch, asks in which direction each weight would lessen the loss, and goes a step that way. The rate is the
// length of the step. Three trainings from the same weights, with the same batches, of handwritten 3s and 7s: only the rate differs.

// %%
import assert from 'node:assert/strict'
import {
  accuracy,
  compare_losses,
  DataBunch,
  datasets,
  type History,
  Learner,
  type LrFindResult,
  Plot,
  plot_lr_find,
  sgd,
  simple_cnn,
} from 'onecycle'

const data = await datasets.mnist_sample({ seed: 1 })
const quiet = { progress: false, log: false } as const
const fresh = (options = {}) =>
  new Learner(data, simple_cnn([3, 16, 16, 2], { seed: 1 }), { metrics: [accuracy], seed: 1, ...quiet, ...options })

const small = await fresh().fit(1, 1e-5)
const good = await fresh().fit(1, 1e-2)
const large = await fresh().fit({ epochs: 1, lr: 3 }) // by name: fit(1, 3) could be read both ways

// A plot holds its chart as data. The loss of the large rate is a thousand times the others': on a logarithmic axis all can be seen.
const { chart } = compare_losses({ small, good, large })
new Plot({ ...chart, panels: chart.panels.map(panel => ({ ...panel, y: { ...panel.y, log: true } })) })

// %% [markdown]
// The small rate goes the right way, and has hardly begun. The first steps of the large one throw the weights so far out that it does not find back:
// its loss ends at ln 2, that of a guess. The one between has learnt the task in one epoch:

// %%
const last = (history: History) => history.epochs.at(-1)!
const figures = (rate: number, run: History) => {
  const { valid_loss, accuracy } = last(run) as Record<string, number>
  return {
    rate: Number(rate.toPrecision(2)),
    'validation loss': Number(valid_loss!.toFixed(4)),
    accuracy: Number(accuracy!.toFixed(4)),
  }
}
console.table({ small: figures(1e-5, small), good: figures(1e-2, good), large: figures(3, large) })

// %% [markdown]
// ## The finder
// Leslie Smith's idea (2015): do not guess, try them all. `lr_find` trains a hundred batches, the first at 1e-7, the last near 10, each
// with a rate that is a little higher than the one before, and notes the losses. Then it puts weights, optimizer, and the order of the
// data back: nothing has happened.

// %%
const learn = fresh()
const before = await learn.validate()
const found = await learn.lr_find()
const after = await learn.validate()
assert.deepEqual(after, before)
found

// %%
learn.recorder.plot()

// %% [markdown]
// From left to right:
//
// 1. Nothing happens: the steps are too small to be seen.
// 2. The loss falls. Somewhere here lies a good rate.
// 3. It reaches its bottom. The rate at the very bottom is already too high for more than a moment.
// 4. It explodes, and the search ends: four times the best loss is enough.
//
// The loss at a rate is what all steps up to there have come to. So the steepest place counts, and not the lowest.
//
// ## Five opinions
// Where exactly? Several rules have been published, and all are computed. They agree about the valley, and not about where in it to stand.

// %%
console.log(found.advice)

// %% [markdown]
// How they do over one epoch, each as the peak of a 1cycle:

// %%
const trials: Record<string, object> = {}
for (const [method, suggestion] of Object.entries(found.suggestions))
  if (suggestion) trials[method] = figures(suggestion.lr, await fresh().fit_one_cycle(1, suggestion.lr))
console.table(trials)

// %% [markdown]
// A factor of two seldom matters, a factor of ten does. `lr_find({ suggestion: 'minimum' })` makes another rule the main one, whose rate
// is `found.lr`.
//
// ## A rate belongs to its training
// Change the optimizer, the batch size or the network, and look again. Adam divides each step by the size of recent gradients, plain SGD
// does not: the same network wants another rate.

// %%
const searches = {
  Adam: await fresh().lr_find(),
  'SGD with momentum': await fresh({ optimizer: sgd({ mom: 0.9 }) }).lr_find(),
  'SGD without': await fresh({ optimizer: sgd({ mom: 0 }) }).lr_find({ end_lr: 100 }),
}
plot_lr_find(searches)

// %% [markdown]
// With the size of batches it is not so clear: the curves fall and explode at much the same places, and yet what the rule reads off them lies far apart,
// because a kink in a curve ends its longest fall. The curve is the answer, and the suggestion a hint.

// %%
const sized: Record<string, LrFindResult> = {}
for (const bs of [16, 64, 256]) {
  const model = simple_cnn([3, 16, 16, 2], { seed: 1 })
  const other = DataBunch.from_datasets(data.train_ds!, data.valid_ds, { bs, seed: 1 })
  const learner = new Learner(other, model, { seed: 1, ...quiet })
  sized[`batches of ${bs}`] = await learner.lr_find()
}
plot_lr_find(sized)

// %% [markdown]
// ## What goes wrong
// **Too few batches.** The curve has no room for a valley, and there is no suggestion: `lr` is undefined, and `reason` says why.

// %%
const short = await fresh().lr_find({ num_it: 8 })
assert.equal(short.lr, undefined)
console.log(short.reason)

// %% [markdown]
// A fit that is handed this rate does not quietly take another one:

// %%
await fresh()
  .fit_one_cycle(1, short.lr)
  .catch((error: Error) => console.log(`${error.name}: ${error.message}`))

// %% [markdown]
// **A range that begins too high.** The first steps throw the weights out, and the loss never falls again.

// %%
const high = await fresh().lr_find({ start_lr: 5, end_lr: 500 })
console.log(high.lr === undefined ? high.reason : high.advice)

// %% [markdown]
// **Noise.** In batches of four the losses jump, and the curve is what is left of them after smoothing. Reading the loss of 512 validation images
// after each batch, in place of the batch's own, takes longer, and what still jumps is the network itself. Both search from 1e-4 to 1, where something
// happens: a curve that falls a little from the very first batch on may have its flat part taken for half of the valley.

// %%
const few = DataBunch.from_datasets(data.train_ds!, data.valid_ds, { bs: 4, valid_bs: 256, seed: 1 })
const noisy = new Learner(few, simple_cnn([3, 16, 16, 2], { seed: 1 }), { seed: 1, ...quiet })
const range = { start_lr: 1e-4, end_lr: 1 }
plot_lr_find({ 'loss of the batch': await noisy.lr_find(range), 'validation loss': await noisy.lr_find({ ...range, valid: 2 }) })

// %% [markdown]
// **A network that has learnt already.** It has no valley to fall into, and what the rules read off a curve without one is chance. What can be read is
// where the loss begins to rise: stay well to the left of that.

// %%
await learn.fit_one_cycle(1, found.lr)
await learn.lr_find()
learn.recorder.plot()

// %% [markdown]
// ## A rule to begin with
// Search with what you will train with: the same batches, optimizer and weight decay. Look at the curve. Take the suggestion as the peak of
// `fit_one_cycle`, or a third of it for a rate that stays. Where it is near the cliff, go down; where training crawls, go up. And compare:

// %%
const rate = found.lr!
const runs: Record<string, History> = {}
for (const factor of [0.1, 1, 10]) runs[`${(rate * factor).toPrecision(1)}`] = await fresh().fit_one_cycle(1, rate * factor)
compare_losses(runs)

// %%
for (const [peak, run] of Object.entries(runs)) console.log(peak.padEnd(6), 'accuracy', last(run)['accuracy']!.toFixed(4))
assert(last(Object.values(runs)[1]!)['accuracy']! > 0.95)
