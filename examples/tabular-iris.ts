// Three species of iris, told apart by four lengths: a small perceptron of TensorFlow.js's own layers.
// npx tsx examples/tabular-iris.ts
import assert from 'node:assert/strict'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { accuracy, datasets, Learner } from 'onecycle'

const data = await datasets.iris({ seed: 1 })
const model = sequential({
  layers: [
    layers.dense({ units: 16, activation: 'relu', kernelInitializer: initializers.heNormal({ seed: 1 }), inputShape: [4] }),
    layers.dense({ units: 3, kernelInitializer: initializers.heNormal({ seed: 2 }) }),
  ],
})
const learn = new Learner(data, model, { metrics: [accuracy] })
console.log(`${learn.summary()}\n`)

const history = await learn.fit_one_cycle(15, 3e-2)
await learn.recorder.plot_losses().save('runs/examples/tabular-iris/losses.png')

const { preds, targets } = await learn.get_preds()
const [probabilities, labels] = [preds.arraySync() as number[][], targets.arraySync() as number[]]
for (const [i, row] of probabilities.slice(0, 5).entries()) {
  const likely = row.indexOf(Math.max(...row))
  const percent = Math.round(row[likely]! * 100)
  console.log(`predicted ${data.classes![likely]} (${percent} %), is ${data.classes![labels[i]!]}`)
}
assert(history.epochs.at(-1)!['accuracy']! >= 0.9, 'At least 27 of the 30 flowers held back should be told right.')
