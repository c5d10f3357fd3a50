// # Cyclical learning rates
//
// A rate that rises and falls, again and again, between two bounds: Leslie Smith's proposal of 2015, which Brad Kenstler's `CyclicLR` brought to
// Keras. Here is every policy of that callback with its picture, how to find the bounds, and what the callback remembers.

// %%
import assert from 'node:assert/strict'
import {
  accuracy,
  CyclicLR,
  cyclic_lr,
  datasets,
  Learner,
  plot_range_test,
  plot_schedule,
  sgd,
  simple_cnn,
  type TrainingState,
} from 'onecycle'
import { argMax, equal, mean, type Tensor, tidy } from 'onecycle/tf'

// %% [markdown]
// ## The policies
// A cycle is two steps of `step_size` batches: one up from `base_lr` to `max_lr`, one down. These are Keras CLR's own defaults, over four cycles.
//
// **triangular**: the same triangle again and again.

// %%
const bounds = { base_lr: 0.001, max_lr: 0.006, step_size: 2000 }
const batches = 8 * bounds.step_size
plot_schedule(cyclic_lr({ ...bounds, mode: 'triangular' }), { steps: batches })

// %% [markdown]
// **triangular2**: each triangle is half as high as the one before.

// %%
plot_schedule(cyclic_lr({ ...bounds, mode: 'triangular2' }), { steps: batches })

// %% [markdown]
// **exp_range**: the height shrinks with every batch, by `gamma`.

// %%
plot_schedule(cyclic_lr({ ...bounds, mode: 'exp_range', gamma: 0.99994 }), { steps: batches })

// %% [markdown]
// ## Policies of your own
// `scale_fn` is what the height is multiplied by. With `scale_mode: 'cycle'` it is asked with the number of the cycle, from 1. A sine makes every other
// cycle lower:

// %%
const byCycle = (cycle: number) => 0.5 * (1 + Math.sin((cycle * Math.PI) / 2))
plot_schedule(cyclic_lr({ ...bounds, scale_fn: byCycle, scale_mode: 'cycle' }), { steps: batches })

// %% [markdown]
// With `scale_mode: 'iterations'` it is asked with the number of the batch, from 0:

// %%
const byIteration = (iteration: number) => 1 / 5 ** (iteration * 0.0001)
plot_schedule(cyclic_lr({ ...bounds, scale_fn: byIteration, scale_mode: 'iterations' }), { steps: batches })

// %% [markdown]
// As numbers: the height of each peak over the base, in thousandths.

// %%
const policies = {
  triangular: cyclic_lr(bounds),
  triangular2: cyclic_lr({ ...bounds, mode: 'triangular2' }),
  exp_range: cyclic_lr({ ...bounds, mode: 'exp_range', gamma: 0.99994 }),
  'by cycle': cyclic_lr({ ...bounds, scale_fn: byCycle, scale_mode: 'cycle' }),
  'by iteration': cyclic_lr({ ...bounds, scale_fn: byIteration, scale_mode: 'iterations' }),
}
const peaks = [1, 3, 5, 7].map(half => half * bounds.step_size)
const heights = Object.entries(policies).map(([name, lr]) => {
  const over = peaks.map((batch, i) => [`cycle ${i + 1}`, Number((1000 * (lr(batch, batches) - bounds.base_lr)).toFixed(2))])
  return [name, Object.fromEntries(over)] as const
})
console.table(Object.fromEntries(heights))

// %% [markdown]
// ## The bounds: a range test
// Train for a few epochs while the rate rises in a straight line, and look at the accuracy. Where it begins to rise is the lower bound; where it
// wavers or falls, the upper one. A `CyclicLR` whose `step_size` is the whole test is just that line. Its history has rate and loss of every
// batch, and whatever `logs` adds: here the accuracy on the batch.

// %%
const data = await datasets.mnist_sample({ seed: 1, bs: 32 })
const fresh = () =>
  new Learner(data, simple_cnn([3, 8, 8, 2], { seed: 1 }), { optimizer: sgd({ mom: 0 }), metrics: [accuracy], seed: 1 })

const onBatch = ({ pred, yb }: TrainingState) => ({
  acc: tidy(() => mean(equal(argMax(pred as Tensor, -1), yb as Tensor)).arraySync() as number),
})
const perEpoch = data.train_dl.length
const test = new CyclicLR({ base_lr: 0.001, max_lr: 10, step_size: perEpoch, logs: onBatch })
await fresh().fit(0.001, 1, { callbacks: [test] })
plot_range_test(test.history, { smooth: 20 })

// %%
plot_range_test(test.history, { figure: 'loss', smooth: 20 })

// %% [markdown]
// It rises from the first rates on, wavers beyond 2, and breaks down before 8. In numbers, as means of 20 batches:

// %%
const { lr: tried, acc } = test.history as { lr: number[]; acc: number[] }
const meanAt = (rate: number) => {
  const at = tried.findIndex(each => each >= rate)
  const window = acc.slice(Math.max(0, at - 20), at + 1)
  return Number((window.reduce((sum, each) => sum + each, 0) / window.length).toFixed(3))
}
console.table(Object.fromEntries([0.1, 0.3, 0.6, 1, 2, 4, 8].map(rate => [`rate ${rate}`, { accuracy: meanAt(rate) }])))

// %% [markdown]
// ## Between the bounds
// The bounds below keep well away from where it wavers. Smith advises a `step_size` of two to ten epochs; for so easy a task half an epoch will do. A network is at its best where the rate is low, so a training
// should end where a cycle does: here after each epoch.

// %%
const clr = new CyclicLR({ base_lr: 0.05, max_lr: 0.8, step_size: perEpoch / 2, mode: 'triangular2' })
const learn = fresh()
await learn.fit(0.05, 3, { callbacks: [clr] })

// %%
learn.recorder.plot_lr()

// %%
learn.recorder.plot_losses()

// %% [markdown]
// ## History
// What the callback has seen, one entry a batch, over all fits: `iterations` counts from 1.

// %%
console.log(
  Object.entries(clr.history)
    .map(([name, values]) => `${name}: ${values.length} values, the last ${values.at(-1)!.toPrecision(4)}`)
    .join('\n'),
)
assert.equal(clr.trn_iterations, 3 * perEpoch)

// %% [markdown]
// ## Reset
// A second fit goes on where the first one ended, in the fourth cycle: a triangle of an eighth of the height. `_reset` begins anew, with other bounds
// where they are given. History stays.

// %%
clr._reset(0.01, 0.2)
await learn.fit(0.05, 1, { callbacks: [clr] })
plot_schedule({ lr: clr.history['lr']! })

// %% [markdown]
// ## In TensorFlow.js's own `model.fit`
// The same callback, by `keras(model)`. There `model.compile`'s metrics are logged by themselves, and the range test needs no `logs`:
//
// ```ts
// model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy', metrics: ['accuracy'] })
// const clr = new CyclicLR({ base_lr: 0.001, max_lr: 0.006, step_size: 2000 })
// await model.fit(x, y, { epochs: 4, callbacks: [clr.keras(model)] })
// plot_range_test(clr.history)
// ```
//
// `examples/keras-clr.ts` is a program of it. From Keras to here:
//
// | Keras CLR | here |
// | --- | --- |
// | `CyclicLR(base_lr=…, max_lr=…, step_size=…, mode='triangular2')` | `new CyclicLR({ base_lr, max_lr, step_size, mode: 'triangular2' })` |
// | `scale_fn=lambda x: …, scale_mode='cycle'` | `scale_fn: x => …, scale_mode: 'cycle'` |
// | `clr._reset(new_base_lr=…)` | `clr._reset(base_lr)`, or `clr.reset` |
// | `clr.history['lr']` | the same |
// | `model.fit(x, y, callbacks=[clr])` | `learn.fit(lr, n, { callbacks: [clr] })`, or `clr.keras(model)` in `model.fit` |

// %%
const final = await learn.validate()
console.log(final)
assert(final['accuracy']! > 0.95)
