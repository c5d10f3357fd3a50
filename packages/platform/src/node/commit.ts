import { readFile, stat } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'

/** The commit that the git checkout around the working directory stands at; undefined outside of one, and before its first. */
export async function gitCommit(from = process.cwd()): Promise<string | undefined> {
  try {
    const git = await gitFolder(resolve(from))
    if (git === undefined) return undefined
    const head = (await readFile(join(git, 'HEAD'), 'utf8')).trim()
    const name = /^ref: (.+)$/.exec(head)?.[1]
    return name === undefined ? head : await commitOf(await commonFolder(git), name)
  } catch {
    // What cannot be read says nothing, and stops nobody.
    return undefined
  }
}

/** The folder of git's own files: of a worktree, a file names it. */
async function gitFolder(folder: string): Promise<string | undefined> {
  const path = join(folder, '.git')
  const there = await stat(path).catch(() => undefined)
  if (there?.isDirectory()) return path
  if (there?.isFile()) return resolve(folder, (await readFile(path, 'utf8')).replace(/^gitdir: /, '').trim())
  const above = dirname(folder)
  return above === folder ? undefined : gitFolder(above)
}

/** Where a worktree's branches are kept. */
async function commonFolder(git: string): Promise<string> {
  const common = await readFile(join(git, 'commondir'), 'utf8').catch(() => '.')
  return resolve(git, common.trim())
}

async function commitOf(git: string, name: string): Promise<string | undefined> {
  const own = await readFile(join(git, name), 'utf8').catch(() => undefined)
  if (own !== undefined) return own.trim()
  const packed = await readFile(join(git, 'packed-refs'), 'utf8')
  return packed
    .split('\n')
    .find(line => line.endsWith(` ${name}`))
    ?.split(' ')[0]
}
