// A program of its own: measures training steps on one backend, in a process that has had no other. A line of JSON for each network.
import { useBackend } from '@onecycle/backend'
import { lookInProject } from '@onecycle/backend/internal'
import { type Callback, CancelFit } from '@onecycle/callbacks'
import { DataBunch } from '@onecycle/data'
import { cross_entropy, Learner } from '@onecycle/learner'
import { Random } from '@onecycle/platform'
import { type Network, networks } from './networks.js'

/** The steps of a network, in ms; or why it has none. */
export interface Steps {
  readonly name: Network['name']
  readonly min: number
  readonly median: number
  readonly steps: number
}

const batches = 4
/** Of training, for each network; the first step, which compiles what there is to compile, is none of it. */
const seconds = 1

async function measure({ name, batch, input, classes, optimizer, build }: Network): Promise<Steps> {
  const random = new Random(1)
  const count = batches * batch
  const x = Float32Array.from({ length: count * input.reduce((a, b) => a * b, 1) }, () => random.normal())
  const y = Int32Array.from({ length: count }, (_, i) => i % classes)
  const data = DataBunch.from_arrays({ x, y, shape: [...input], bs: batch, seed: 1 })
  const learn = new Learner(data, build(), { loss: cross_entropy, optimizer, progress: false, seed: 1 })
  const times: number[] = []
  let last = performance.now()
  let end = Number.POSITIVE_INFINITY
  const clock: Callback = {
    after_batch() {
      const now = performance.now()
      times.push(now - last)
      last = now
      if (times.length === 1) end = now + 1000 * seconds
      if (times.length > 2 && now > end) throw new CancelFit()
    },
  }
  await learn.fit(1000, 1e-3, { callbacks: [clock] })
  const sorted = times.slice(1).sort((a, b) => a - b)
  return { name, min: sorted[0]!, median: sorted[sorted.length >> 1]!, steps: sorted.length }
}

const [backend = 'wasm', project = '.', ...names] = process.argv.slice(2)
lookInProject(project)
await useBackend({ prefer: backend, log: false })
for (const network of networks) if (names.includes(network.name)) console.log(JSON.stringify(await measure(network)))
