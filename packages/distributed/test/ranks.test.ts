import { describe, expect, test } from 'vitest'
import { engines, program, runRanks, titleOf } from './run-ranks.js'

describe.each(engines.map(engine => [titleOf(engine), engine] as const))('%s', (_, engine) => {
  describe.skipIf(engine.missing !== undefined)('runs ranks', () => {
    test.each([2, 4])('%i of them reduce and broadcast in place, with the same bits everywhere', async n => {
      const { code, stdout, stderr } = await runRanks(engine, n, program('sums.mjs'))
      expect(stderr).toBe('')
      expect(code).toBe(0)
      const ranks = stdout
        .trim()
        .split('\n')
        .map(line => JSON.parse(line) as { rank: number; size: number; bits: number; checked: number; wrong: unknown[] })
      expect(ranks.map(({ rank }) => rank).sort()).toEqual(Array.from({ length: n }, (_, rank) => rank))
      expect(new Set(ranks.map(({ bits }) => bits)).size).toBe(1)
      for (const { size, checked, wrong } of ranks) {
        expect(wrong).toEqual([])
        expect([size, checked]).toEqual([n, 9 * 9 + 4 * n + 1])
      }
    })

    test('a rank that is killed ends all, and is named', async () => {
      const { code, stdout, stderr } = await runRanks(engine, 4, program('ends.mjs'), ['kill'])
      expect(code).not.toBe(0)
      expect(stdout).not.toContain('is over')
      expect(stderr).toMatch(/rank 3 .*(was killed|exited on signal 9)/)
      expect(stderr).not.toMatch(/rank [012] .*(was killed|exited on signal 9)/)
    })

    test.each(['loop', 'stop'])('a rank that hangs is named in time: %s', async way => {
      const { code, stderr, took } = await runRanks(engine, 3, program('ends.mjs'), [way, '3'])
      expect(stderr).toMatch(
        /onecycle: rank 2 \(process \d+ on .+\) has not come to barrier \(number 11 of what each rank calls\) within 3 s, where ranks 0 and 1 wait\./,
      )
      expect(stderr.match(/onecycle: rank/g)).toHaveLength(1)
      expect(code).not.toBe(0)
      expect(took).toBeLessThan(30_000)
    })

    test.each([
      ['throw', 1, /onecycle: rank 1 of 2 failed, and all ranks with it:\nError: the data is gone\n {4}at .*ends\.mjs/],
      ['reject', 1, /onecycle: rank 1 of 2 failed, and all ranks with it:\nTypeError: the data is gone/],
      ['exit 3', 3, /onecycle: rank 1 of 2 ended with exit code 3, and all ranks with it\./],
      ['abort', 1, /onecycle: rank 1 of 2 \(process \d+ on .+\) ends the training: the data is gone/],
    ])('a rank that fails ends all, with its reason and code: %s', async (way, wanted, message) => {
      const { code, stdout, stderr } = await runRanks(engine, 2, program('ends.mjs'), [way])
      expect(stderr).toMatch(message)
      expect(code).toBe(wanted)
      expect(stdout).not.toContain('is over')
    })

    test('a rank that leaves while others wait ends them, and is named', async () => {
      const { stdout, stderr } = await runRanks(engine, 2, program('ends.mjs'), ['leave', '4'])
      expect(stderr).toMatch(
        /onecycle: rank 1 \(process \d+ on .+\) has come to its end, where rank 0 \(.+\) waits in barrier, number 11/,
      )
      expect(stdout).not.toContain('is over')
    })

    test('wasm that reads outside of its memory is an error of JavaScript, which the network layer leaves to it', async () => {
      const { code, stdout } = await runRanks(engine, 2, program('outside.mjs'))
      expect(stdout).toBe('memory access out of bounds\n'.repeat(2))
      expect(code).toBe(0)
    })

    test('ranks that end with the same code end in order, and mpiexec gives it', async () => {
      const { code, stdout, stderr } = await runRanks(engine, 2, program('ends.mjs'), ['all'])
      expect(stdout.match(/is over/g)).toHaveLength(2)
      expect(stderr).not.toContain('onecycle:')
      expect(code).toBe(7)
    })
  })
})
