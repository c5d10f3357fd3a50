// The program that start.ts measures: from the start of a process to the end of its first batch.
import { cross_entropy, DataBunch, Learner, simple_cnn, useBackend } from 'onecycle'

const imported = performance.now()
await useBackend({ prefer: 'wasm', log: false })
const chosen = performance.now()
const x = new Float32Array(64 * 28 * 28 * 3).map((_, i) => Math.sin(i))
const y = Int32Array.from({ length: 64 }, (_, i) => i % 2)
const data = DataBunch.from_arrays({ x, y, shape: [28, 28, 3], bs: 64 })
const learn = new Learner(data, simple_cnn([3, 16, 16, 2], { seed: 1 }), { loss: cross_entropy, progress: false })
let trained = 0
await learn.fit(0.05, 1, {
  callbacks: [
    {
      after_batch() {
        trained = performance.now()
      },
    },
  ],
})
console.log(JSON.stringify({ imported, chosen, trained }))
process.exit(0)
