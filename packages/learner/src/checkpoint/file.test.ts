import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { loadCheckpoint, saveCheckpoint } from './file.js'
import type { Snapshot } from './snapshot.js'
import { encodeSafetensors } from './testing/whole-file.js'

vi.mock('node:fs/promises', async original => ({ ...(await original<typeof fs>()) }))

let folder: string
beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'onecycle-'))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await fs.rm(folder, { recursive: true })
})

const snapshot = (value: number): Snapshot => ({
  weights: { '0.kernel': { shape: [2, 1], values: Float32Array.of(value, -value) } },
  optimizer: {
    rule: 'adam',
    hyper: { lr: [0.1], mom: [0.9] },
    parameters: {
      '0.kernel': { steps: 3, numbers: { n: value }, slots: { avg: { shape: [2, 1], values: Float32Array.of(value, 0) } } },
    },
  },
})

it('gives back what was saved', async () => {
  const path = join(folder, 'a.safetensors')
  expect(await saveCheckpoint(path, snapshot(1))).toBe(path)
  expect(await loadCheckpoint(path)).toEqual(snapshot(1))
})

it('can leave the optimizer out, of the file or of what is read', async () => {
  const { weights } = snapshot(1)
  const path = await saveCheckpoint(join(folder, 'a'), snapshot(1), { with_opt: false })
  expect(await loadCheckpoint(path)).toEqual({ weights })
  await saveCheckpoint(path, snapshot(1))
  expect(await loadCheckpoint(path, { with_opt: false })).toEqual({ weights })
})

it('makes the folders, adds the extension, and takes a path from where the program runs', async () => {
  const path = join(folder, 'runs', 'mnist', 'best.v2')
  expect(await saveCheckpoint(relative(process.cwd(), path), snapshot(2))).toBe(`${path}.safetensors`)
  expect(await loadCheckpoint(path)).toEqual(snapshot(2))
})

it.each(['', '.safetensors', 'runs/', 'runs/.safetensors'])('refuses the path %j', async path => {
  await expect(saveCheckpoint(path, snapshot(1))).rejects.toThrow(/names no file/)
  await expect(loadCheckpoint(path)).rejects.toThrow(/names no file/)
})

describe('a crash while saving', () => {
  const broken = (code: string) => Object.assign(new Error(`${code}: broken`), { code })

  it.each(['writeFile', 'rename'] as const)('in %s leaves the old file and nothing else', async step => {
    const path = await saveCheckpoint(join(folder, 'a'), snapshot(1))
    const write = fs.writeFile
    vi.spyOn(fs, step).mockImplementationOnce(async (...args: unknown[]) => {
      if (step === 'writeFile') await write(args[0] as string, 'half')
      throw broken('ENOSPC')
    })
    const failure = await saveCheckpoint(path, snapshot(2)).catch((error: unknown) => error)
    expect((failure as Error).message).toBe(`Cannot write ${path}: ENOSPC: broken.`)
    expect((failure as Error).cause).toMatchObject({ code: 'ENOSPC' })
    expect(await loadCheckpoint(path)).toEqual(snapshot(1))
    expect(await fs.readdir(folder)).toEqual(['a.safetensors'])
  })
})

it('keeps one whole file when many are saved at once', async () => {
  const path = join(folder, 'a')
  await Promise.all(Array.from({ length: 8 }, (_, i) => saveCheckpoint(path, snapshot(i))))
  const { weights } = await loadCheckpoint(path)
  expect(Array.from({ length: 8 }, (_, i) => snapshot(i).weights)).toContainEqual(weights)
  expect(await fs.readdir(folder)).toEqual(['a.safetensors'])
})

describe('refuses to load', () => {
  const write = async (bytes: Uint8Array | string) => {
    const path = join(folder, 'x.safetensors')
    await fs.writeFile(path, bytes)
    return path
  }

  it('a file that is missing, or a folder', async () => {
    await expect(loadCheckpoint(join(folder, 'none'))).rejects.toThrow(/none.safetensors: there is no such file\.$/)
    await fs.mkdir(join(folder, 'd.safetensors'))
    await expect(loadCheckpoint(join(folder, 'd'))).rejects.toThrow(/Cannot read .*EISDIR/)
  })

  it('a checkpoint cut short, at every length', async () => {
    const bytes = await fs.readFile(await saveCheckpoint(join(folder, 'a'), snapshot(1)))
    for (let length = 0; length < bytes.length; length += 17) {
      await expect(loadCheckpoint(await write(bytes.subarray(0, length)))).rejects.toThrow(
        /x.safetensors cannot be loaded as a checkpoint: .*truncated/,
      )
    }
  })

  it('a safetensors file of another origin', async () => {
    await expect(loadCheckpoint(await write(encodeSafetensors({ tensors: {}, metadata: {} })))).rejects.toThrow(/another origin/)
  })

  it('an optimizer whose arrays are missing, or that is no JSON', async () => {
    const [format, optimizer] = ['onecycle-checkpoint-1', { parameters: { w: { slots: ['avg'] } } }]
    const parts = (text: string) => encodeSafetensors({ tensors: {}, metadata: { format, optimizer: text } })
    await expect(loadCheckpoint(await write(parts(JSON.stringify(optimizer))))).rejects.toThrow(/avg of w is missing/)
    await expect(loadCheckpoint(await write(parts('{')))).rejects.toThrow(/cannot be loaded as a checkpoint/)
  })
})
