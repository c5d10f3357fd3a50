// # use_clr by example
//
// fastai's course of 2018 said `learn.fit(lr, 1, cycle_len=1, use_clr=(32, 5))`, and a generation of notebooks copied it. What are 32 and 5? This one
// draws them. The call works here as it did there: `learn.fit(lr, 1, { cycle_len: 1, use_clr: [32, 5] })`.

// %%
import assert from 'node:assert/strict'
import {
  accuracy,
  compare_losses,
  compare_schedules,
  datasets,
  fit07,
  type History,
  Learner,
  Plot,
  plot_schedule,
  type Schedule,
  simple_cnn,
  use_clr,
  use_clr_beta,
} from 'onecycle'

// %% [markdown]
// ## 32: how far down it starts. 5: how soon it is up
// The rate starts at `lr / 32`, is up at `lr` after a fifth of the batches, and goes back down to `lr / 32` over the other four fifths. Both are straight
// lines: a slanted triangle. Here for a peak of 1 and 100 batches:

// %%
const length = 100
const { lr } = use_clr({ lr: 1, use_clr: [32, 5] })
plot_schedule(lr, { steps: length })

// %%
const at = (batch: number) => lr(batch, length)
console.table({
  'first batch': { batch: 0, rate: at(0), 'times 32': at(0) * 32 },
  'half way up': { batch: 10, rate: at(10), 'times 32': at(10) * 32 },
  'the peak': { batch: 20, rate: at(20), 'times 32': at(20) * 32 },
  'last batch': { batch: 99, rate: Number(at(99).toFixed(5)), 'times 32': Number((at(99) * 32).toFixed(2)) },
})
assert.equal(at(0), 1 / 32)
assert.equal(at(20), 1)

// %% [markdown]
// Other values of the first number move the ends, and those of the second the peak. A plot is made of a chart, which is plain data; so a
// chart of several schedules is a few lines:

// %%
const together = (title: string, schedules: Record<string, Schedule>, steps: number) =>
  new Plot({
    title,
    panels: [
      {
        title: '',
        x: { label: 'Batches', integer: true },
        y: { label: 'Learning Rate' },
        series: Object.entries(schedules).map(([name, schedule]) => ({
          name,
          style: 'line',
          points: Array.from({ length: steps }, (_, i): [number, number] => [i + 1, schedule(i, steps)]),
        })),
      },
    ],
  })
const clr = (...values: number[]) => use_clr({ lr: 1, use_clr: values }).lr
together('The first number: how far down', { '[2, 5]': clr(2, 5), '[8, 5]': clr(8, 5), '[32, 5]': clr(32, 5) }, length)

// %%
together(
  'The second number: where the peak is',
  { '[32, 2]': clr(32, 2), '[32, 5]': clr(32, 5), '[32, 10]': clr(32, 10) },
  length,
)

// %% [markdown]
// Why so? A network with fresh weights has steep gradients in all directions, so it begins with small steps; it then crosses the country at a high rate,
// and spends most of its time going down, where it settles. `[32, 2]` is the symmetrical triangle of cyclical rates.
//
// ## One cycle and several
// A number of cycles stands where the number of epochs would. `cycle_len` says how many epochs each has. What a fit would do can be seen without a
// fit: `fit07` plans it, for so many batches in an epoch.

// %%
const batches = 50
const planned = (n_cycle: number, options: object) => {
  const { epochs, lr } = fit07({ lrs: 0.01, n_cycle, ...options }, batches)
  console.log(`${epochs * batches} batches, of ${batches} in an epoch`)
  return plot_schedule(lr as Schedule, { steps: epochs * batches })
}
planned(1, { cycle_len: 1, use_clr: [32, 5] })

// %% [markdown]
// Three cycles of an epoch each:

// %%
planned(3, { cycle_len: 1, use_clr: [32, 5] })

// %% [markdown]
// Two cycles of two epochs:

// %%
planned(2, { cycle_len: 2, use_clr: [32, 5] })

// %% [markdown]
// `cycle_mult` makes each cycle so many times as long as the one before: but only where there is no `use_clr`. Then the rate falls along a cosine and
// jumps up again, as in SGDR (Loshchilov and Hutter, 2016):

// %%
planned(3, { cycle_len: 1, cycle_mult: 2 })

// %% [markdown]
// Together with `use_clr`, fastai 0.7 counted the epochs of the growing cycles, and drew cycles of one length. That is kept, since a run of then should
// be the same today:

// %%
planned(3, { cycle_len: 1, cycle_mult: 2, use_clr: [32, 5] })

// %% [markdown]
// ## Momentum, too
// Four values: the last two are the momenta. The third holds at the low rate, the fourth at the peak. So momentum falls while the rate rises.

// %%
plot_schedule(use_clr({ lr: 0.01, use_clr: [32, 5, 0.95, 0.85] }), { steps: length })

// %% [markdown]
// ## `use_clr_beta`: what became of 1cycle
// The first form of the 1cycle policy. `[10, 13.68, 0.95, 0.85]`: from a tenth of the rate up and down again in equal times, and then for the last
// 13.68 percent of the batches down towards a thousandth, with momentum held high.

// %%
plot_schedule(use_clr_beta({ lr: 0.01, use_clr_beta: [10, 13.68, 0.95, 0.85] }), { steps: length })

// %% [markdown]
// ## On a task
// Handwritten 3s and 7s, two epochs each, the same weights and the same batches, at a bold peak of 5e-2.

// %%
const data = await datasets.mnist_sample({ seed: 1 })
const fresh = () => new Learner(data, simple_cnn([3, 16, 16, 2], { seed: 1 }), { metrics: [accuracy], seed: 1, progress: false })

const runs: Record<string, History> = {
  constant: await fresh().fit(5e-2, 2),
  'use_clr, one cycle': await fresh().fit(5e-2, 1, { cycle_len: 2, use_clr: [32, 5] }),
  'use_clr, two cycles': await fresh().fit(5e-2, 2, { cycle_len: 1, use_clr: [32, 5] }),
  use_clr_beta: await fresh().fit(5e-2, 1, { cycle_len: 2, use_clr_beta: [10, 13.68, 0.95, 0.85] }),
  fit_one_cycle: await fresh().fit_one_cycle(2, 5e-2),
}
compare_schedules(runs)

// %%
compare_losses(runs)

// %%
console.table(
  Object.fromEntries(
    Object.entries(runs).map(([name, { epochs }]) => {
      const { valid_loss, accuracy } = epochs.at(-1) as unknown as Record<string, number>
      return [name, { 'validation loss': Number(valid_loss!.toFixed(4)), accuracy: Number(accuracy!.toFixed(4)) }]
    }),
  ),
)

// %% [markdown]
// One seed and two epochs say little about which is best. They show that all of them train.
//
// ## A cycle needs room
// `cut_div` batches at least, or there is no way up. fastai 0.7 divided by zero here; now it is said:

// %%
try {
  use_clr({ lr: 0.01, use_clr: [32, 5], cycle: 4 }).lr(0, 4)
} catch (error) {
  console.log((error as Error).message)
}

// %% [markdown]
// | then | here |
// | --- | --- |
// | `learn.fit(lr, 1, cycle_len=1, use_clr=(32, 5))` | `learn.fit(lr, 1, { cycle_len: 1, use_clr: [32, 5] })` |
// | `learn.fit(lr, 3, cycle_len=1, cycle_mult=2)` | `learn.fit(lr, 3, { cycle_len: 1, cycle_mult: 2 })` |
// | `learn.fit(lr, 1, cycle_len=2, use_clr_beta=(10, 13.68, 0.95, 0.85))` | `learn.fit(lr, 1, { cycle_len: 2, use_clr_beta: [10, 13.68, 0.95, 0.85] })` |
// | `learn.sched.plot_lr()` | the same; `learn.recorder.plot_lr()` |
//
// For something new take `fit_one_cycle`: it is where this way led.

// %%
assert(runs['use_clr, one cycle']!.epochs.at(-1)!['accuracy']! > 0.95)
