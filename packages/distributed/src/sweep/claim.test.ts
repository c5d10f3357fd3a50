import { copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, rmdir, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { claim } from './claim.js'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'onecycle-claim-'))
})
afterEach(() => rm(dir, { recursive: true }))

const pulse = { beat: 20, patience: 200 }
const lock = () => join(dir, 'writer.lock')

/** As if a process of another machine had it. */
async function takenElsewhere(): Promise<void> {
  await writeFile(lock(), JSON.stringify({ pid: 1, host: 'another', started: '5', since: 'then', key: 'k' }))
  await mkdir(join(dir, 'checkpoints'))
  await writeFile(join(dir, 'checkpoints/writer.lock'), 'of the same')
}

test('a folder has one at a time', async () => {
  const first = await claim(dir, pulse)
  expect(await claim(dir, pulse)).toBeUndefined()
  await first!.release()
  const second = await claim(dir, pulse)
  expect(second).toBeDefined()
  await second!.release()
  expect(await readdir(dir)).toEqual([])
})

test('one of another machine that beats keeps it, and one that is silent for long loses it, with its checkpoints', async () => {
  await takenElsewhere()
  for (let beat = 0; beat < 8; beat++) {
    await writeFile(join(dir, 'alive'), String(beat))
    expect(await claim(dir, pulse)).toBeUndefined()
    await setTimeout(50)
  }
  await setTimeout(250)
  expect(await claim(dir, pulse)).toBeUndefined()
  await expect(readFile(join(dir, 'checkpoints/writer.lock'))).rejects.toThrow('ENOENT')
  const own = await claim(dir, pulse)
  expect(own).toBeDefined()
  await own!.release()
})

test('whose disk cannot be read for a moment keeps it', async () => {
  const own = await claim(dir, pulse)
  await copyFile(lock(), `${lock()} kept`)
  // There at any time, but for a while as a link to itself, which nobody can read.
  await symlink(basename(lock()), `${lock()} loop`)
  await rename(`${lock()} loop`, lock())
  await setTimeout(100)
  await rename(`${lock()} kept`, lock())
  const before = await readFile(join(dir, 'alive'), 'utf8')
  await expect.poll(() => readFile(join(dir, 'alive'), 'utf8')).not.toBe(before)
  expect(own!.lost.aborted).toBe(false)
  await own!.release()
})

test('a folder in which no sign of life can be written is not held', async () => {
  await mkdir(join(dir, 'alive'))
  await expect(claim(dir, pulse)).rejects.toThrow('EISDIR')
  await rmdir(join(dir, 'alive'))
  const own = await claim(dir, pulse)
  expect(own).toBeDefined()
  await own!.release()
})

test('who was taken for lost, and was not, hears of it', async () => {
  const own = await claim(dir, pulse)
  await takenElsewhere()
  await expect.poll(() => own!.lost.aborted).toBe(true)
  await own!.release()
  expect(await readFile(lock(), 'utf8')).toContain('another')
})
