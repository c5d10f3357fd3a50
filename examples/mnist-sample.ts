// 3s against 7s of MNIST: find a learning rate, train with the 1cycle policy, look at the plots.
// npx tsx examples/mnist-sample.ts
import assert from 'node:assert/strict'
import { accuracy, datasets, Learner, simple_cnn } from 'onecycle'

const data = await datasets.mnist_sample({ seed: 1 })
const learn = new Learner(data, simple_cnn([3, 16, 16, 2], { seed: 1 }), { metrics: [accuracy] })

await learn.lr_find()
await learn.recorder.plot().save('runs/examples/mnist-sample/lr_find.png')

await learn.fit_one_cycle(2, 5e-2)
await learn.recorder.plot_lr({ showMoms: true }).save('runs/examples/mnist-sample/lr.png')
await learn.recorder.plot_losses().save('runs/examples/mnist-sample/losses.png')

const { accuracy: reached } = await learn.validate()
assert(reached! > 0.98, `The accuracy is ${reached}, and should be above 0.98.`)
