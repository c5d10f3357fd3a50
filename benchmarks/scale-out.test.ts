import { expect, test } from 'vitest'
import { allreduceOver, efficiency } from './scale-out.js'

const network = { name: '', bandwidth: 1e9, latency: 1e-5 }

test('a small allreduce is as many latencies as there are rounds, a large one sends everything twice', () => {
  expect(allreduceOver(network, 1, 1e6, 0)).toBe(0)
  expect(allreduceOver(network, 8, 0, 0)).toBeCloseTo(3e-5, 12)
  expect(allreduceOver(network, 8, 1e9, 0)).toBeCloseTo(1.75 + 6e-5, 9)
  expect(allreduceOver(network, 64, 1e9, 0)).toBeLessThan(2.001)
  expect(allreduceOver(network, 2, 1e9, 1e-9)).toBeCloseTo(1.5, 3)
})

test('a step that takes as long as its allreduce is worth a half', () => {
  expect(efficiency(0.02, 0.02)).toBe(0.5)
  expect(efficiency(0.02, 0)).toBe(1)
})
