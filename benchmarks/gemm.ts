// The best rate of a 512 x 512 x 512 matrix product, in GFLOP/s: node --import tsx gemm.ts
import { useBackend } from '@onecycle/backend'
import * as tf from '@tensorflow/tfjs-core'

await useBackend({ prefer: 'wasm', log: false })
const [a, b] = [tf.randomUniform([512, 512]), tf.randomUniform([512, 512])]
let best = Number.POSITIVE_INFINITY
for (let i = 0; i < 80; i++) {
  const began = performance.now()
  tf.matMul(a, b).dispose()
  best = Math.min(best, performance.now() - began)
}
console.log((2 * 512 ** 3) / best / 1e6)
process.exit(0)
