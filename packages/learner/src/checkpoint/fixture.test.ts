import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { loadCheckpoint } from './file.js'

/** Written once by version 0.1.0: an Adam with its steps, a fit of 2 epochs stopped after 3 batches, on cpu. Never write it anew. */
const file = new URL('testing/version-2.safetensors', import.meta.url)

it('opens a checkpoint of version 2, as the first release wrote it', async () => {
  const { unchecked, weights, optimizer, loader, random, run } = await loadCheckpoint(readFileSync(file))
  expect(unchecked).toBeUndefined()
  expect(Object.keys(weights)).toContain('0.kernel')
  expect(weights['0.kernel']!.shape).toEqual([2, 8])
  expect(optimizer).toMatchObject({ rule: 'adam', parameters: { '0.kernel': { steps: 3 } } })
  expect(loader).toMatchObject({ batchSize: 4, samples: 8, position: 1 })
  expect(random).toMatchObject({ seed: 5, batches: 3 })
  expect(run).toMatchObject({ fit: { index: 0, n_epoch: 2, n_train_iter: 2 }, place: { epoch: 1, pass: 'train', done: 1 } })
  expect(run!.callbacks.map(({ name }) => name)).toEqual(['Recorder', 'fit_one_cycle'])
  const [recorder] = run!.callbacks as unknown as { state: { history: { losses: number[] } } }[]
  expect(recorder!.state.history.losses).toHaveLength(3)
})
