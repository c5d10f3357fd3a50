// A rank that reduces and broadcasts arrays of many sizes and kinds, and prints what came of them as one line of JSON.
// The package's index loads sweeps and plots too, which takes longer than most of these ranks run.
import { distributed } from '../dist/distributed.js'

const comm = await distributed({ timeout: 60 })
const { rank, size } = comm
const results = {}

/** Numbers that are the same in each run and differ by rank; their sums round. */
const value = (of, i) => Math.fround(Math.sin(1 + i * 7 + of * 131) * 10)
const expected = (i, op) => {
  const all = Array.from({ length: size }, (_, of) => value(of, i))
  return op === 'sum' ? all.reduce((sum, each) => sum + each) : op === 'max' ? Math.max(...all) : Math.min(...all)
}

const memory = new WebAssembly.Memory({ initial: 64, maximum: 64, shared: true })
for (const length of [0, 1, 2, 3, 5, 127, 1000, 65_537, 1_000_003]) {
  for (const op of ['sum', 'max', 'min']) {
    for (const Kind of [Float32Array, Float64Array, Int32Array]) {
      // Above the sizes that the shared memory has, memory of its own.
      const shared = length < 100_000 && Kind === Float32Array
      const values = shared ? new Kind(memory.buffer, 1024, length) : new Kind(length)
      for (let i = 0; i < length; i++) values[i] = value(rank, i)
      const { buffer } = values
      comm.allreduce(values, op)
      let error = 0
      const step = Math.max(1, length >> 8)
      for (let i = 0; i < length; i += step) {
        const right =
          Kind === Int32Array
            ? Array.from({ length: size }, (_, of) => Math.trunc(value(of, i))).reduce((a, b) =>
                op === 'sum' ? a + b : Math[op](a, b),
              )
            : expected(i, op)
        error = Math.max(error, Math.abs(values[i] - right))
      }
      results[`${length} ${op} ${Kind.name}`] = values.buffer === buffer ? error : Number.NaN
      if (op === 'sum' && Kind === Float32Array && length === 65_537) results.bits = hash(values)
    }
  }
}

for (const Kind of [Float32Array, Float64Array, Int32Array, Uint8Array]) {
  for (let root = 0; root < size; root++) {
    const values = Kind.from({ length: 1001 }, (_, i) => (rank === root ? (i + root) % 250 : 255))
    comm.broadcast(values, root)
    results[`broadcast ${Kind.name} ${root}`] = values.every((each, i) => each === (i + root) % 250) ? 0 : 1
  }
}

// Whoever is late is waited for.
const late = new Float64Array([rank === size - 1 ? performance.timeOrigin + performance.now() + 300 : 0])
if (rank === size - 1) await new Promise(resolve => setTimeout(resolve, 310))
comm.barrier()
comm.allreduce(late, 'max')
results.barrier = performance.timeOrigin + performance.now() >= late[0] - 2 ? 0 : 1

/** Of the bits. */
function hash(values) {
  let sum = 0
  for (const word of new Int32Array(values.buffer, values.byteOffset, values.length)) sum = (Math.imul(sum, 31) + word) | 0
  return sum
}

const { bits, ...errors } = results
// Sums of numbers up to 40 round by half a unit of 24 bits at each step.
const wrong = Object.entries(errors).filter(([, error]) => !(error <= 1e-5))
console.log(JSON.stringify({ rank, size, bits, checked: Object.keys(errors).length, wrong }))
await comm.close()
