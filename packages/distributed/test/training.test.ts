import { spawnSync } from 'node:child_process'
import { describe, expect, test } from 'vitest'
import { engines, program, runRanks, titleOf } from './run-ranks.js'

interface Trained {
  epochs: { train_loss: number; valid_loss: number; accuracy: number }[]
  weights: number[][]
  batches: number
}

let alone: Trained | undefined
/** What one process makes of the same data, with batches as large as those of all ranks together. */
function oneProcess(): Trained {
  alone ??= JSON.parse(spawnSync(process.execPath, [program('train.mjs')], { encoding: 'utf8' }).stdout) as Trained
  return alone
}

describe.each(engines.map(engine => [titleOf(engine), engine] as const))('a Learner on ranks of %s', (_, engine) => {
  describe.skipIf(engine.missing !== undefined)('trains', () => {
    test.each([2, 4])('%i of them as one process does with the whole batch', async n => {
      const { code, stdout, stderr } = await runRanks(engine, n, program('train.mjs'))
      expect(stderr).toBe('')
      expect(code).toBe(0)
      const { epochs, weights, batches } = JSON.parse(stdout) as Trained
      const expected = oneProcess()
      expect(batches).toBe(expected.batches)
      expect(epochs).toHaveLength(3)
      for (const [i, epoch] of epochs.entries())
        for (const name of ['train_loss', 'valid_loss', 'accuracy'] as const)
          expect(epoch[name], `${name} of epoch ${i}`).toBeCloseTo(expected.epochs[i]![name], 5)
      for (const [i, values] of weights.entries())
        for (const [j, value] of values.entries()) expect(value).toBeCloseTo(expected.weights[i]![j]!, 5)
    })

    test('a callback that fails on one ends all, and each says whose fault it was', async () => {
      const { code, stdout, stderr } = await runRanks(engine, 2, program('train.mjs'), ['throw'])
      expect(stderr).toMatch(/^Error: the data is gone\n {4}at /m)
      expect(stderr).toContain('Rank 1 ended the work of all: the data is gone')
      expect(stdout).toBe('')
      expect(code).toBe(1)
    })

    test('one that is killed amid a fit ends all, and is named', async () => {
      const { code, stdout, stderr } = await runRanks(engine, 2, program('train.mjs'), ['kill'])
      expect(stderr).toMatch(/rank 1 .*(was killed|exited on signal 9)/)
      expect(stdout).not.toContain('epochs')
      expect(code).not.toBe(0)
    })
  })
})
