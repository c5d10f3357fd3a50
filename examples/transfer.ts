// What was learnt of the digits 0 to 4 helps with 5 to 9, of which there are ten pictures each: three subsets, from scratch and on the trained body.
// npx tsx examples/transfer.ts
import assert from 'node:assert/strict'
import { create_body, DataBunch, datasets, digits_body, resnet9, Subset, vision_learner } from 'onecycle'

const all = await datasets.mnist({ digits: [5, 6, 7, 8, 9] })
// How much time a test takes is not what this is about: 2,000 of the 4,861 pictures of the test set.
const valid = new Subset(
  all.valid_ds!,
  Int32Array.from({ length: 2000 }, (_, i) => i),
)

/** Ten pictures of each digit, from some place on. */
async function tenOfEach(from: number): Promise<DataBunch> {
  const chosen: number[] = []
  const counts = new Array<number>(5).fill(0)
  for (let i = from; chosen.length < 50; i++) {
    const batch = await all.train_ds!.batch(Int32Array.of(i))
    const [label] = [batch.ys].flat()[0]!.dataSync() as unknown as [number]
    for (const tensor of [batch.xs, batch.ys].flat()) tensor.dispose()
    if (counts[label]! < 10) {
      counts[label]!++
      chosen.push(i)
    }
  }
  return DataBunch.from_datasets(new Subset(all.train_ds!, Int32Array.from(chosen)), valid, {
    bs: 10,
    valid_bs: 250,
    classes: all.classes,
  })
}

const quiet = { progress: false, log: false, seed: 1 } as const
const head = { lin_ftrs: [], ps: 0 }
const rows = []
for (const from of [0, 9000, 18000]) {
  const data = await tenOfEach(from)
  const accuracyOf = async (learn: ReturnType<typeof vision_learner>) => Number((await learn.validate())['accuracy']!.toFixed(4))
  // The same layers and the same head, and the better of two rates.
  const scratch: number[] = []
  for (const lr of [3e-3, 1e-2]) {
    const learn = vision_learner(data, o => create_body(resnet9({ ...o, width: 4 }), 'pool'), { ...quiet, ...head })
    await learn.fit_one_cycle(30, lr)
    scratch.push(await accuracyOf(learn))
  }
  const learn = vision_learner(data, await digits_body(), { ...quiet, ...head })
  await learn.fine_tune(20, 1e-2, { freeze_epochs: 10 })
  rows.push({ subset: from, scratch: Math.max(...scratch), transfer: await accuracyOf(learn) })
  console.log(rows.at(-1))
}
for (const { subset, scratch, transfer } of rows)
  assert(transfer > scratch, `With what was learnt before it should be better on the subset from ${subset}.`)
