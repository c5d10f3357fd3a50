// Alone: it starts the wasm backend.
import { useBackend } from '@onecycle/backend'
import { expect, it } from 'vitest'
import { difference, machineNow } from './machine.js'

it('tells apart what rounds otherwise: backends, builds of the kernels, and numbers of threads', async () => {
  const machines = []
  for (const [prefer, threads] of [
    ['cpu', undefined],
    ['wasm', 1],
    ['wasm', 2],
    ['wasm', 2],
  ] as const) {
    await useBackend({ prefer, ...(threads && { threads }), log: false })
    machines.push(await machineNow())
  }
  const [cpu, one, two, again] = machines as [
    Record<string, string>,
    Record<string, string>,
    Record<string, string>,
    Record<string, string>,
  ]
  expect(cpu).toEqual({ backend: 'cpu', tfjs: '4.22.0' })
  expect(difference(one, two)).toBe('threads 1 there and 2 here')
  expect(difference(cpu, one)).toMatch(/^backend cpu there and wasm here, threads none there and 1 here, kernels none there/)
  expect(difference(two, again)).toBeUndefined()
})
