import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as internal from '@onecycle/backend/internal'
import { expect, it, vi } from 'vitest'
import { saveCheckpoint } from './file.js'
import { pinToCheckpoint } from './pin.js'
import type { RunState } from './snapshot.js'

vi.mock('@onecycle/backend/internal', () => ({ pinBackend: vi.fn() }))

it('a fit that goes on stays on the backend that its newest checkpoint was computed on', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'onecycle-pin-'))
  const run = (backend: string) =>
    ({ fit: {}, place: { values: {} }, callbacks: [], machine: { backend } }) as unknown as RunState
  await pinToCheckpoint(dir)
  expect(internal.pinBackend).not.toHaveBeenCalled()
  await saveCheckpoint(join(dir, 'fit-0-00001'), { weights: {}, run: run('wasm') })
  await saveCheckpoint(join(dir, 'fit-0-00002'), { weights: {}, run: run('tensorflow') })
  await pinToCheckpoint({ dir })
  expect(vi.mocked(internal.pinBackend).mock.calls).toEqual([['tensorflow']])
  // What is damaged is for the fit to tell.
  writeFileSync(join(dir, 'fit-0-00003.safetensors'), 'no')
  await pinToCheckpoint(dir)
  expect(internal.pinBackend).toHaveBeenCalledOnce()
  rmSync(dir, { recursive: true })
})
