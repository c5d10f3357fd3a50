import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { gitCommit as gitCommitOfPage } from '../browser/commit.js'
import { gitCommit } from './commit.js'

const [first, second] = ['1'.repeat(40), '2'.repeat(40)]
let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onecycle-'))
  await mkdir(join(folder, 'repo/.git/refs/heads'), { recursive: true })
  await mkdir(join(folder, 'repo/deep/down'), { recursive: true })
})
afterEach(() => rm(folder, { recursive: true }))
const write = (path: string, text: string) => writeFile(join(folder, path), text)

test('the commit is that of the branch, loose or packed, or the one that is checked out', async () => {
  await write('repo/.git/HEAD', 'ref: refs/heads/main\n')
  expect(await gitCommit(join(folder, 'repo/deep/down'))).toBeUndefined()
  await write('repo/.git/packed-refs', `# pack-refs with: peeled\n${second} refs/heads/main-2\n${first} refs/heads/main\n`)
  expect(await gitCommit(join(folder, 'repo/deep/down'))).toBe(first)
  await write('repo/.git/refs/heads/main', `${second}\n`)
  expect(await gitCommit(join(folder, 'repo'))).toBe(second)
  await write('repo/.git/HEAD', `${first}\n`)
  expect(await gitCommit(join(folder, 'repo'))).toBe(first)
})

test('a worktree has its own HEAD, and the branches of the whole', async () => {
  await mkdir(join(folder, 'repo/.git/worktrees/tree'), { recursive: true })
  await mkdir(join(folder, 'tree'))
  await write('repo/.git/worktrees/tree/HEAD', 'ref: refs/heads/side\n')
  await write('repo/.git/worktrees/tree/commondir', '../..\n')
  await write('repo/.git/refs/heads/side', `${second}\n`)
  await write('tree/.git', `gitdir: ${join(folder, 'repo/.git/worktrees/tree')}\n`)
  expect(await gitCommit(join(folder, 'tree'))).toBe(second)
})

test('outside of a checkout, and in a page, there is none', async () => {
  expect(await gitCommit(folder)).toBeUndefined()
  expect(await gitCommitOfPage()).toBeUndefined()
})
