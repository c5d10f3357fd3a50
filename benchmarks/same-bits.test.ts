import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'
import { programArguments, runNode } from '../packages/onecycle/test/run-program.js'
import { techniques } from './techniques.js'

/** What came of each technique, in a process of its own. */
async function digests(threads: number, seed = 1): Promise<string[]> {
  const program = await programArguments(fileURLToPath(new URL('same-bits.ts', import.meta.url)))
  const { stdout, stderr, code } = await runNode([...program, '--threads', String(threads), '--seed', String(seed)])
  expect([stderr, code]).toEqual(['', 0])
  return stdout.trim().split('\n')
}

it.each([1, 2])('two processes come to the same bits with each technique, on %i threads', { timeout: 240_000 }, async threads => {
  const [first, second, other] = await Promise.all([
    digests(threads),
    digests(threads),
    ...(threads === 1 ? [digests(1, 2)] : []),
  ])
  expect(first).toHaveLength(Object.keys(techniques).length + 1)
  expect(second).toEqual(first)
  // With another seed to other ones.
  expect(other?.filter(line => first!.includes(line)) ?? []).toEqual([])
})
