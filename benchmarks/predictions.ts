// Predictions a second of W1, with our kernels and with TensorFlow.js's own, in turns: npx tsx benchmarks/predictions.ts [ROUNDS]
import { useBackend } from '@onecycle/backend'
import { accelerateLayers, restoreStockKernels } from '@onecycle/backend/wasm'
import * as tf from '@tensorflow/tfjs-core'
import { type LayersModel, layers } from '@tensorflow/tfjs-layers'
import { script } from './child.js'
import { samples } from './samples.js'
import { compared, inTurns, type Took, timed } from './turns.js'
import { workloads } from './workloads.js'

const COUNT = 6400
const [who, batch = '1', rounds = '5'] = process.argv.slice(2)

if (who === 'ours' || who === 'stock') {
  await useBackend({ prefer: 'wasm', log: false })
  if (who === 'stock') restoreStockKernels()
  else accelerateLayers(layers)
  console.log(JSON.stringify(await predict(workloads.find(({ name }) => name === 'W1')!.build(), Number(batch))))
  process.exit(0)
}

for (const batch of ['1', '64']) {
  const contestant = (who: string) => async () => JSON.parse(await script('predictions.ts', who, batch)) as Took
  const times = await inTurns({ onecycle: contestant('ours'), 'TensorFlow.js wasm': contestant('stock') }, Number(who ?? rounds))
  console.log(`W1, batches of ${batch}`)
  for (const line of compared(times, COUNT, 'predictions')) console.log(line)
}

/** As many images, each batch an input of its own whose prediction is read. */
async function predict(model: LayersModel, batch: number): Promise<Took> {
  const shape = [28, 28, 3]
  const { x } = samples(batch, shape, 2)
  const run = async () => {
    for (let done = 0; done < COUNT; done += batch) {
      const images = tf.tensor(x.slice(), [batch, ...shape])
      const y = model.predict(images, { batchSize: batch }) as tf.Tensor
      await y.data()
      tf.dispose([images, y])
    }
  }
  await run()
  return timed(run)
}
