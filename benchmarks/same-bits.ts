// Trains with each technique, and prints a digest of losses and weights: processes that are told the same print the same.
// npx tsx benchmarks/same-bits.ts [--threads 2] [--seed 1]
import { createHash } from 'node:crypto'
import { parseArgs } from 'node:util'
import { useBackend } from '@onecycle/backend'
import { DataBunch } from '@onecycle/data'
import { FixedGANSwitcher, GANLearner, type Learner } from '@onecycle/learner'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'
import { samples } from './samples.js'
import { learnerWith, techniques } from './techniques.js'
import { workloads } from './workloads.js'

const { values } = parseArgs({
  args: process.argv.slice(2),
  options: { threads: { type: 'string', default: '1' }, seed: { type: 'string', default: '1' } },
})
const seed = Number(values.seed)
await useBackend({ prefer: 'wasm', threads: Number(values.threads), log: false })

const batches = 4
const workload = workloads.find(({ name }) => name === 'W1bn')!

/** A GAN of dense layers, large enough that threads divide its products. */
function gan(): GANLearner {
  const kernelInitializer = (seed: number) => initializers.glorotUniform({ seed })
  const network = (inputs: number, outputs: number, seed: number) =>
    sequential({
      layers: [
        layers.dense({ units: 256, activation: 'relu', inputShape: [inputs], kernelInitializer: kernelInitializer(seed) }),
        layers.dropout({ rate: 0.2 }),
        layers.dense({ units: outputs, kernelInitializer: kernelInitializer(seed + 1) }),
      ],
    })
  const { x, y } = samples(128 * batches, [64], 2)
  const data = DataBunch.from_arrays({ x, y, shape: [64], bs: 128 })
  const switcher = new FixedGANSwitcher({ n_crit: 2 })
  return new GANLearner(data, network(16, 64, 1), network(64, 1, 3), { noise_sz: 16, switcher, progress: false, seed })
}

const learners: [string, () => Learner][] = Object.entries(techniques).map(([name, technique]) => [
  name,
  () => learnerWith(workload, technique, batches, seed),
])
for (const [name, make] of [...learners, ['GANLearner', gan] as const]) {
  const learn = make()
  const { losses } = await learn.fit_one_cycle(1, 1e-2)
  const digest = createHash('sha256').update(Float64Array.from(losses))
  for (const { values } of Object.values(await learn.getWeights())) digest.update(values)
  console.log(`${name.padEnd(36)} ${digest.digest('hex').slice(0, 16)}`)
  learn.dispose()
  learn.model.dispose?.()
}
