import { beforeAll, describe, expect, it } from 'vitest'
import { type Program, rolldown, type Weight, weigh } from './bundles.js'

const kilobyte = 1000

describe('a minimal trainer in a page', () => {
  let trainer: Weight
  beforeAll(async () => {
    trainer = await weigh(rolldown, 'a minimal trainer')
  }, 60_000)
  const loads = (file: RegExp) => Object.keys(trainer.modules).filter(module => file.test(module))
  const mayLoad = (file: RegExp) => Object.keys(trainer.onDemand).filter(module => file.test(module))

  it('loads at most 60 KB of ours before it starts', () => {
    expect(trainer.initial).toBeLessThan(60 * kilobyte)
  })

  it.each([
    ['a search of rates', /lr-find\/search/],
    ['the training loop', /learner\/dist\/loop\./],
    ['what gathers predictions', /work\/predictions/],
    ['the 1cycle policy', /fit\/plan/],
    ['schedules beside 1cycle', /fit\/other-plans/],
    ['metrics of whole passes by name', /metric\/make-metric/],
    ['what reads checkpoints', /checkpoint\/load/],
    ['what writes checkpoints', /checkpoint\/file/],
    ['what draws progress', /log\/progress-run/],
    ['Vega', /vega-runtime/],
    ['what writes pictures', /plot\/dist\/pictures/],
    ['plots on a page', /mount\/mounted/],
    ['the choice of a backend', /use-backend/],
    ['kernels', /wasm\/internal/],
    ['what is mended of WebGPU', /webgpu\/index/],
  ])('loads %s when it is asked for', (_, file) => {
    expect(loads(file)).toEqual([])
    expect(mayLoad(file)).toHaveLength(1)
  })
})

// What shares a module with it stays, as options are looked at by one function.
it.each<[Program, number]>([
  ['one schedule, from its package', 4.5],
  ['one loss, from its package', 6],
  ['one schedule', 8],
  ['one metric', 8],
  ['nothing of it', 6],
])('%s is at most %d KB, without a Learner and plots', async (program, most) => {
  const { initial, modules } = await weigh(rolldown, program)
  expect(initial).toBeLessThan(most * kilobyte)
  expect(Object.keys(modules).filter(file => /learner\.js|loop\.js|recorder\/dist|plot\/dist/.test(file))).toEqual([])
})
