// What another model makes of pictures, computed once and kept, as inputs of a small head: any function will do, such as one of transformers.js. Here it
// is a network that knows the digits 0 to 4, and the head tells 5 to 9 apart.
// npx tsx examples/embeddings.ts
import assert from 'node:assert/strict'
import { concat, max, mean, type Tensor, tidy } from '@tensorflow/tfjs-core'
import { datasets, digits_body, EmbeddedDataBunch, ItemLearner, mlp, ready } from 'onecycle'

await ready()
const pictures = (await datasets.mnist({ digits: [5, 6, 7, 8, 9] })).train_ds!
const body = await digits_body()

/** Pictures by their numbers: mean and highest figure of each channel, 64 in all. */
async function embed(indices: readonly number[]): Promise<Tensor> {
  const { xs } = await pictures.batch(Int32Array.from(indices))
  const features = tidy(() => {
    const all = body.predict(xs as Tensor) as Tensor
    return concat([mean(all, [1, 2]), max(all, [1, 2])], 1)
  })
  for (const tensor of [xs].flat()) tensor.dispose()
  return features
}

const items = Array.from({ length: 3000 }, (_, i) => i)
const { ys } = await pictures.batch(Int32Array.from(items))
const y = (ys as Tensor).dataSync() as Int32Array
const options = {
  items,
  y,
  embed,
  cache: 'runs/examples/embeddings/digits.bin',
  classes: ['5', '6', '7', '8', '9'],
  valid_pct: 0.5,
  seed: 1,
}
const data = await EmbeddedDataBunch.from_items(options)

const learn = new ItemLearner<number>(data, mlp([64, 5], { seed: 1 }), { metrics: ['accuracy'], seed: 1 })
const history = await learn.fit_one_cycle(10, 3e-2)
assert(history.metrics['accuracy']!.at(-1)! >= 0.9, 'Of 1,500 pictures it has not seen the head should tell 90 % right.')
