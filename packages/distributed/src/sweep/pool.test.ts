import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, test, vi } from 'vitest'
import { Pool } from './pool.js'

const module = fileURLToPath(new URL('../../test/tiny-trial.mjs', import.meta.url))
/** Of no sweep. */
const dir = mkdtempSync(join(tmpdir(), 'onecycle-pool-'))
afterAll(() => rmSync(dir, { recursive: true }))

const noProcess = () => vi.waitFor(() => expect(process.getActiveResourcesInfo()).not.toContain('ProcessWrap'), 10_000)

test('a process whose trial could not be run is not left behind', async () => {
  const pool = new Pool()
  await expect(pool.run({ dir, trial: 0, module })).rejects.toThrow('There is no sweep')
  pool.close()
  await noProcess()
})

test('a trial that is stopped while its process starts is not begun', async () => {
  const pool = new Pool()
  const outcome = pool.run({ dir, trial: 0, module })
  pool.stop()
  expect(await outcome).toBe('interrupted')
  await noProcess()
})
