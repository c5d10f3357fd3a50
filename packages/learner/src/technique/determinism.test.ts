import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { useBackend } from '@onecycle/backend'
import { memory } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it } from 'vitest'
import { digest, fitted, looking, techniques } from './testing/techniques.js'

beforeAll(async () => {
  await useBackend({ prefer: 'wasm', threads: 1, log: false })
})

const program = fileURLToPath(new URL('testing/techniques.ts', import.meta.url))

/** The bits of each technique in a process of its own. */
async function elsewhere(threads: number): Promise<Record<string, string>> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', program, String(threads)])
  return JSON.parse(stdout)
}

const here: Record<string, string> = {}

describe.each(techniques)('%s on wasm', (name, options) => {
  it('gives the same bits again, other ones with another seed, and leaves nothing behind', async () => {
    const before = memory().numTensors
    const first = await fitted(1, options())
    expect(memory().numTensors).toBe(before)
    here[name] = digest(first)
    expect(first.losses.every(Number.isFinite)).toBe(true)
    expect(digest(await fitted(1, options()))).toBe(here[name])
    expect((await fitted(2, options())).losses).not.toEqual(first.losses)
    // It does something, but for what only looks.
    if (['nothing', ...looking].includes(name)) expect(here[name]).toBe(here['nothing'])
    else expect(here[name]).not.toBe(here['nothing'])
  })
})

it('each technique gives the same bits in other processes, with one thread and with two', async () => {
  const [one, two, again] = await Promise.all([elsewhere(1), elsewhere(2), elsewhere(2)])
  expect(one).toEqual(here)
  expect(again).toEqual(two)
  // Two threads share sums, which have other last digits then.
  expect(two['nothing']).not.toBe(one!['nothing'])
}, 120_000)
