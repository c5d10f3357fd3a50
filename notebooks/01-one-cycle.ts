// # Training with the 1cycle policy
//
// How fast should a network learn? Too slow a rate wastes time, too fast a one never settles. Two ideas of Leslie Smith
// answer it: try all rates on a few batches and look where the loss falls fastest (2015), then train with a rate that rises to
// about there and falls to nothing, while momentum does the opposite (2018). fastai made them famous, and named the methods used here.
//
// The cells of this program begin with `// %%`. Run them one by one in an editor, all at once (`npx tsx notebooks/01-one-cycle.ts`), or
// into a page with their outputs (`npx onecycle notebook run notebooks/01-one-cycle.ts`).

// %%
import assert from 'node:assert/strict'
import { accuracy, compare_losses, datasets, Learner, simple_cnn } from 'onecycle'

// %% [markdown]
// The data: handwritten 3s and 7s, 12,396 to train on and 2,038 to test on. Pixels are between 0 and 1, batches hold 64 images.

// %%
const data = await datasets.mnist_sample({ seed: 1 })
console.log(`${data.train_ds!.length} images to train on, ${data.valid_ds!.length} to test on, each ${data.inputShape}`)

// %% [markdown]
// The model: three convolutions with stride 2, and the mean over what is left of the image. Every run below begins with the same
// initial weights and sees the batches in the same order, because the seeds are the same.

// %%
const fresh = () => new Learner(data, simple_cnn([3, 16, 16, 2], { seed: 1 }), { metrics: [accuracy], seed: 1 })
const learn = fresh()
console.log(learn.summary())

// %% [markdown]
// ## Find a learning rate
// A mock training over rates from 1e-7 to 10. Afterwards weights, optimizer and data are as they were.

// %%
const { lr } = await learn.lr_find()
console.log(`suggested: ${lr?.toExponential(1)}`)
learn.recorder.plot()

// %% [markdown]
// The loss falls steadily up to about 0.1 and explodes soon after 1. A peak of 5e-2 is bold, which is the point: the policy
// spends only a moment there.

// %%
const cycle = await learn.fit_one_cycle(2, 5e-2)

// %% [markdown]
// What the rate and the momentum did. While the rate is high, the noise keeps the network out of narrow minima and momentum steps
// back; at the end it is so low that the network settles.

// %%
learn.recorder.plot_lr({ showMoms: true })

// %%
learn.recorder.plot_losses()

// %% [markdown]
// ## Was it worth it?
// The same job at a constant high rate, and at a tenth of it.

// %%
const high = await fresh().fit(2, 5e-2)
const low = await fresh().fit(2, 5e-3)
compare_losses({ '1cycle': cycle, 'constant 5e-2': high, 'constant 5e-3': low })

// %% [markdown]
// The low rate is still on its way, the high one jumps about. One seed proves little: `npx tsx benchmarks/seeds.ts` runs the
// comparison over ten.

// %%
const final = { '1cycle': cycle, 'constant, high': high, 'constant, low': low }
for (const [name, { epochs }] of Object.entries(final)) console.log(name.padEnd(15), epochs.at(-1)!['accuracy']!.toFixed(4))
assert(cycle.epochs.at(-1)!['accuracy']! > 0.98)
