// # Transfer: learn from what was learnt
//
// Ten pictures of each class are few for a network with fresh weights. One that has learnt to see on other pictures needs only to learn what the new
// ones are called. This notebook takes a body that has been trained on the digits 0 to 4, and teaches it 5 to 9.

// %%
import assert from 'node:assert/strict'
import {
  compare_losses,
  create_body,
  DataBunch,
  datasets,
  digits_body,
  group_rates,
  type History,
  resnet9,
  Subset,
  slice,
  vision_learner,
} from 'onecycle'

// %% [markdown]
// ## The data
// Ten pictures of each of the digits 5 to 9 to train on, and 500 others to look at.

// %%
const all = await datasets.mnist({ digits: [5, 6, 7, 8, 9] })
const chosen: number[] = []
const counts = new Array<number>(5).fill(0)
for (let i = 0; chosen.length < 50; i++) {
  const { xs, ys } = await all.train_ds!.batch(Int32Array.of(i))
  const [label] = [ys].flat()[0]!.dataSync() as Int32Array
  for (const tensor of [xs, ys].flat()) tensor.dispose()
  if (counts[label!]! >= 10) continue
  counts[label!]!++
  chosen.push(i)
}
const others = Int32Array.from({ length: 500 }, (_, i) => i)
const data = DataBunch.from_datasets(new Subset(all.train_ds!, Int32Array.from(chosen)), new Subset(all.valid_ds!, others), {
  ...{ bs: 10, valid_bs: 250, classes: all.classes, seed: 1 },
})
data

// %% [markdown]
// ## From scratch
// A small residual network, with the head that the other one will have.

// %%
const options = { seed: 1, lin_ftrs: [], ps: 0, progress: false, log: false } as const
const scratch = vision_learner(data, o => create_body(resnet9({ ...o, width: 4 }), 'pool'), options)
const fromScratch = await scratch.fit_one_cycle(30, 1e-2)
const accuracyOf = (history: History) => history.epochs.at(-1)!['accuracy']!
console.log(`from scratch: ${(100 * accuracyOf(fromScratch)).toFixed(1)} % of 500 right`)

// %% [markdown]
// ## A body, and a head
// `digits_body` has the same layers with weights that have seen the digits 0 to 4. `vision_learner` puts a new head on it, and freezes the rest: what
// it has learnt is not to be destroyed by the large gradients of a head that knows nothing yet. By itself it makes two layer groups, body and head; here
// the body is three, each of which begins at the layer of that name.

// %%
const starts = ['stage_2_conv', 'stage_3_conv', 'head_norm_1']
const learn = vision_learner(data, await digits_body(), { ...options, layer_groups: starts })
const trainable = () => String(learn.summary()).split('\n').at(-2)!
console.log(trainable())
console.log(`${learn.groups.length} layer groups, with ${learn.groups.map(group => group.length).join(', ')} weights and biases`)

// %% [markdown]
// ### First the head alone

// %%
const headAlone = await learn.fit_one_cycle(10, 1e-2)
console.log(`the head alone: ${(100 * accuracyOf(headAlone)).toFixed(1)} %`)

// %% [markdown]
// ### Then everything, each group at a rate of its own
// The first layers see strokes and corners, which all digits have; the last ones see what tells digits apart. So the first should change little, and the
// last more. `slice(a, b)` spreads rates from the first group to the last, in equal factors:

// %%
learn.unfreeze()
console.log(trainable())
const rates = slice(5e-4, 1e-2)
console.log(
  group_rates(rates, learn.groups.length)
    .map(rate => rate.toPrecision(2))
    .join(', '),
)

// %%
const together = await learn.fit_one_cycle(20, rates)
learn.recorder.plot_lr()

// %%
console.log(`head, then everything: ${(100 * accuracyOf(together)).toFixed(1)} %`)
compare_losses({ 'from scratch': fromScratch, 'head alone': headAlone, 'then everything': together })

// %% [markdown]
// `freeze_to(n)` thaws group by group: `freeze_to(-2)` trains the last two.

// %%
learn.freeze_to(-2)
console.log(trainable())
learn.unfreeze()

// %% [markdown]
// ## The same in one call
// `fine_tune` is this recipe: the head alone, and then everything with the first layers at smaller rates.

// %%
const tuned = vision_learner(data, await digits_body(), { ...options, layer_groups: starts })
const fine = await tuned.fine_tune(20, 1e-2, { freeze_epochs: 10 })
const percent = (history: History) => Number((100 * accuracyOf(history)).toFixed(1))
console.table({
  'from scratch': { epochs: 30, 'right, in %': percent(fromScratch) },
  'head alone': { epochs: 10, 'right, in %': percent(headAlone) },
  'head, then everything': { epochs: 30, 'right, in %': percent(together) },
  fine_tune: { epochs: 30, 'right, in %': percent(fine) },
})
assert(percent(fine) > percent(fromScratch))

// %% [markdown]
// Twelve pictures, and what it makes of them:

// %%
await tuned.show_results({ n: 12 })

// %% [markdown]
// A body of your own works in the same way: any LayersModel, cut where its head begins (`vision_learner(data, model, { cut: 'pool' })`). `docs/vision.md` says more,
// and `examples/transfer.ts` repeats this over three subsets of pictures.
