import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { filesIn } from './folder.js'

test('the files of a folder and those within it come in order, links followed and never round', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'folder-'))
  try {
    await mkdir(join(folder, 'b', 'c'), { recursive: true })
    await mkdir(join(folder, '.hidden'))
    for (const file of ['b/c/2.txt', 'b/1.txt', 'a.txt', '.hidden/x', '.y']) await writeFile(join(folder, file), '')
    await symlink(folder, join(folder, 'b', 'round'))
    await symlink(join(folder, 'a.txt'), join(folder, 'link.txt'))
    await symlink(join(folder, 'gone'), join(folder, 'broken.txt'))
    expect(await filesIn(folder)).toEqual(['a.txt', 'b/1.txt', 'b/c/2.txt', 'link.txt'])
    await expect(filesIn(join(folder, 'none'))).rejects.toThrow('there is no such folder.')
    await expect(filesIn(join(folder, 'a.txt'))).rejects.toThrow('it is no folder.')
  } finally {
    await rm(folder, { recursive: true })
  }
})
