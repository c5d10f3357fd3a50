import * as fs from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { open, read, writeWhole } from '../../address.js'

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

test('bytes come piece by piece, each asked for when the one before it is written', async () => {
  const path = join(folder, 'a.bin')
  function* pieces() {
    for (let i = 0; i < 3; i++) yield Uint8Array.of(i, i)
  }
  await writeWhole(path, pieces())
  expect([...(await fs.readFile(path))]).toEqual([0, 0, 1, 1, 2, 2])
  function* broken() {
    yield Uint8Array.of(9)
    throw new Error('no more')
  }
  await expect(writeWhole(path, broken())).rejects.toThrow(/no more/)
  expect([...(await fs.readFile(path))]).toEqual([0, 0, 1, 1, 2, 2])
  expect(await fs.readdir(folder)).toEqual(['a.bin'])
})

test('a file is read part by part, far beyond 2^32 bytes', async () => {
  const path = join(folder, 'sparse.bin')
  const file = await fs.open(path, 'w')
  await file.write(Uint8Array.of(1, 2, 3), 0, 3, 5 * 2 ** 32)
  await file.close()
  const opened = await open(path)
  expect(opened.size).toBe(5 * 2 ** 32 + 3)
  expect([...(await opened.read(5 * 2 ** 32 - 1, opened.size))]).toEqual([0, 1, 2, 3])
  await opened.close()
})

test('a file that became shorter while it was open says so', async () => {
  const path = join(folder, 'a.bin')
  await writeWhole(path, new Uint8Array(9))
  const opened = await open(path)
  await fs.truncate(path, 4)
  await expect(opened.read(2, 9)).rejects.toThrow(/Cannot read .*a.bin: it ends at byte 4, where there was more/)
  await opened.close()
})

const windows = process.platform === 'win32'
const leftOut = windows ? ', left out: Windows has neither modes nor such links' : ''

test.skipIf(windows)(`what is replaced keeps its mode${leftOut}`, async () => {
  const path = join(folder, 'private')
  for (const mode of [0o600, 0o640, 0o666]) {
    await fs.writeFile(path, 'old')
    await fs.chmod(path, mode)
    await writeWhole(path, 'new')
    expect((await fs.stat(path)).mode & 0o777).toBe(mode)
  }
})

test.skipIf(windows)(`a symbolic link stays, and what it points to is replaced${leftOut}`, async () => {
  await fs.mkdir(join(folder, 'elsewhere'))
  const [target, link, second] = [join(folder, 'elsewhere', 'a.txt'), join(folder, 'link'), join(folder, 'second')]
  await fs.symlink(join('elsewhere', 'a.txt'), link)
  await fs.symlink('link', second)
  // At first there is nothing behind it.
  for (const text of ['new', 'newer']) {
    await writeWhole(second, text)
    expect(await fs.readFile(target, 'utf8')).toBe(text)
    expect((await fs.lstat(link)).isSymbolicLink() && (await fs.lstat(second)).isSymbolicLink()).toBe(true)
  }
  expect(await fs.readdir(join(folder, 'elsewhere'))).toEqual(['a.txt'])
  await fs.symlink('round', join(folder, 'round'))
  await expect(writeWhole(join(folder, 'round'), '')).rejects.toThrow(/ELOOP/)
})

test.each(['a'.repeat(255), '\u00e4\u{1f600}'.repeat(42)])('a name as long as names may be is written, %s', async name => {
  const path = join(folder, name)
  await writeWhole(path, 'text')
  expect(await fs.readdir(folder)).toEqual([name])
})
