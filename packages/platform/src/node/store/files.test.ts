import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { read, writeWhole } from '../../address.js'

vi.mock('node:fs/promises', async original => ({ ...(await original<typeof fs>()) }))

let folder: string
beforeEach(async () => {
  folder = await fs.mkdtemp(join(tmpdir(), 'onecycle-'))
})
afterEach(async () => {
  vi.restoreAllMocks()
  await fs.rm(folder, { recursive: true })
})

test.each(['writeFile', 'rename'] as const)('a failing %s leaves the old file, and nothing beside it', async step => {
  const path = join(folder, 'a.txt')
  await writeWhole(path, 'old')
  const write = fs.writeFile
  vi.spyOn(fs, step).mockImplementationOnce(async (...args: unknown[]) => {
    if (step === 'writeFile') await write(args[0] as string, 'ne')
    throw new Error('the disk is full')
  })
  await expect(writeWhole(path, 'new')).rejects.toThrow('the disk is full')
  expect(await fs.readFile(path, 'utf8')).toBe('old')
  expect(await fs.readdir(folder)).toEqual(['a.txt'])
})

test('what is renamed is on the disk already, and lies beside its target', async () => {
  const [write, rename] = [vi.spyOn(fs, 'writeFile'), vi.spyOn(fs, 'rename')]
  const path = join(folder, 'deep', 'a.txt')
  await writeWhole(path, 'text')
  expect(write).toHaveBeenCalledWith(expect.any(String), 'text', { flush: true })
  expect(rename.mock.calls[0]![0]).toMatch(new RegExp(`^${path}\\..+\\.tmp$`))
})

test('writers of one file do not disturb each other', async () => {
  const path = join(folder, 'a.txt')
  const texts = Array.from({ length: 8 }, (_, i) => String(i).repeat(1000))
  await Promise.all(texts.map(text => writeWhole(path, text)))
  expect(texts).toContain(await fs.readFile(path, 'utf8'))
  expect(await fs.readdir(folder)).toEqual(['a.txt'])
})

test('a path that is none is refused', async () => {
  await expect(writeWhole(undefined as never, '')).rejects.toThrow(/needs a path/)
})

test('a file that is not there says so, and is told apart from what cannot be read', async () => {
  const error = (path: string) => read(path).catch((error: unknown) => error)
  expect(await error(join(folder, 'none'))).toMatchObject({
    message: `Cannot read ${join(folder, 'none')}: there is no such file.`,
    code: 'ENOENT',
  })
  expect(await error(folder)).toMatchObject({ message: expect.stringContaining('EISDIR'), code: 'EISDIR' })
})
