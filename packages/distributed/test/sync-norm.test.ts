import { beforeAll, expect, test } from 'vitest'
import { onThreads } from '../src/threads/on-threads.js'

interface End {
  end: string
  touched: boolean
  left: number
}

const failed = ['Error: Rank 1 ended the work of all: no memory', 'Error: no memory']
const differs = /^Error: The ranks do different things: rank \d is at (a batch norm of )?training batch [12], /

const ways: [way: string, ends: readonly (string | RegExp)[]][] = [
  ['trains to the end', ['completed', 'completed']],
  ['fails before the first batch', failed],
  ['fails on the way forward', failed],
  ['fails on the way back', failed],
  ['skips a batch', [differs, differs]],
  ['skips a way back', [differs, differs]],
  ['stops amid a batch', ['stopped', 'stopped']],
  ['diverges', [/^DivergedError/, /^DivergedError/]],
  ['has it alone', [/^Error: The ranks do different things/, /^Error: The ranks do different things/]],
]

let ends: End[][]
beforeAll(async () => {
  ends = await onThreads<End[]>(
    new URL('./sync-norm.mjs', import.meta.url),
    2,
    ways.map(([way]) => way),
  )
}, 60_000)

test.each(ways.map(([way, expected], i) => [way, expected, i] as const))(
  'where one %s all know, and layers are as they were',
  (_, expected, i) => {
    for (const [rank, all] of ends.entries()) {
      const { end, touched, left } = all[i]!
      expect(end).toMatch(expected[rank]!)
      expect({ touched, left }).toEqual({ touched: false, left: 0 })
    }
  },
)
