// A rank that trains a small network together with the others. Rank 0 prints what became of it as JSON.
import { useBackend } from '@onecycle/backend'
import { DataBunch } from '@onecycle/data'
import { distributed } from '@onecycle/distributed'
import { accuracy, Learner } from '@onecycle/learner'
import { Random } from '@onecycle/platform'
import { initializers, layers, sequential } from '@tensorflow/tfjs-layers'

const [, , way = 'fit'] = process.argv
const comm = await distributed({ timeout: 20 })
await useBackend({ prefer: 'wasm', log: false })

const count = 200
const random = new Random(3)
const x = Array.from({ length: count }, () => [random.uniform() - 0.5, random.uniform() - 0.5, random.uniform() - 0.5])
const y = x.map(([a, b, c]) => (a * b + c > 0 ? 1 : 0))
const data = DataBunch.from_arrays({ x, y, bs: 16 / comm.size, valid_pct: 0.255, seed: 1 })
const init = seed => ({ kernelInitializer: initializers.randomUniform({ minval: -0.5, maxval: 0.5, seed }) })
const model = sequential({
  layers: [layers.dense({ units: 8, activation: 'tanh', inputShape: [3], ...init(1) }), layers.dense({ units: 2, ...init(2) })],
})
const learn = new Learner(data, model, { metrics: [accuracy], seed: 1, progress: false, distributed: comm })
let batches = 0
const last = comm.rank === comm.size - 1
const callback = {
  after_batch() {
    batches++
    if (way === 'slow' && batches === 2) console.log(`rank ${comm.rank} trains`)
    if (way === 'throw' && last && batches === 5) throw new Error('the data is gone')
    if (way === 'kill' && last && batches === 5) process.kill(process.pid, 'SIGKILL')
  },
  async after_step() {
    if (way === 'slow') await new Promise(resolve => setTimeout(resolve, 20))
  },
}
const history = await learn.fit_one_cycle(way === 'slow' ? 500 : 3, 1e-2, { callbacks: [callback] })
const weights = model.getWeights().map(each => Array.from(each.dataSync()))
if (comm.rank === 0) console.log(JSON.stringify({ epochs: history.epochs, weights, batches }))
await comm.close()
