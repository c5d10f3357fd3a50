import * as fs from 'node:fs/promises'
import { join } from 'node:path'
import type { Callback } from '@onecycle/callbacks'
import { afterEach, beforeAll, expect, it, vi } from 'vitest'
import type { Learner } from '../learner.js'
import { weightsOf } from '../model/parameters.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { tinyLearner, useCpu } from '../testing/tiny.js'
import { Checkpoint } from './checkpoint-callback.js'

vi.mock('node:fs/promises', async original => ({ ...(await original<typeof fs>()) }))

beforeAll(useCpu)
afterEach(() => vi.restoreAllMocks())

const bits = ({ model }: Learner) => weightsOf(model).map(({ variable }) => [...variable.dataSync()])

/** The disk that is written to from the n-th file on. */
function disk(from: number, code: string): void {
  const write = fs.writeFile
  let files = 0
  vi.spyOn(fs, 'writeFile').mockImplementation(async (...args: unknown[]) => {
    if (!String(args[0]).endsWith('.tmp') || files++ < from) return write(...(args as Parameters<typeof write>))
    await write(args[0] as string, 'half')
    throw Object.assign(new Error(`${code}: no space left`), { code })
  })
}

const pause: Callback = { after_batch: () => new Promise(resolve => setTimeout(resolve, 15)) }

it.each(['ENOSPC', 'EROFS', 'EDQUOT'])(
  '%s is said once, training goes on to the same bits, and the good ones stay',
  async code => {
    const whole = tinyLearner({ seed: 1 })
    await whole.fit(1e-2, 6)
    const dir = await temporaryFolder()
    const said: string[] = []
    const learn = tinyLearner({ seed: 1, log: line => void said.push(line) })
    disk(2, code)
    await learn.fit(1e-2, 6, { resume: dir, callbacks: [pause, new Checkpoint({ dir, every: { batches: 1 } })] })
    expect(bits(learn)).toEqual(bits(whole))
    expect(said).toEqual([
      expect.stringMatching(new RegExp(`^Training goes on without a checkpoint\\. Cannot write .*: ${code}`)),
    ])
    vi.restoreAllMocks()
    const names = (await fs.readdir(dir)).sort()
    expect(names).toHaveLength(2)
    expect(names.every(name => name.endsWith('.safetensors'))).toBe(true)

    // With room again, the same program goes on from there.
    const rest = tinyLearner({ seed: 1, log: line => void said.push(line) })
    await rest.fit(1e-2, 6, { resume: dir })
    expect(said[1]).toMatch(`goes on from ${join(dir, names[1]!)}`)
    expect(bits(rest)).toEqual(bits(whole))
  },
)

it('a folder that cannot be made is said once, without a lock', async () => {
  vi.spyOn(fs, 'mkdir').mockRejectedValue(Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' }))
  const said: string[] = []
  const dir = join(await temporaryFolder(), 'run')
  await tinyLearner({ log: line => void said.push(line) }).fit(1e-2, 2, { resume: dir })
  expect(said).toEqual(['Training goes on without a checkpoint. EROFS: read-only file system'])
})
