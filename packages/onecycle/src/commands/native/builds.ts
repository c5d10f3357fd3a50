import { constants, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { copyFile, link } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { takePlace } from './package.js'
import { sha256Of } from './wheels.js'
import { inFolder } from './work.js'

const list = 'build.json'

/** Files of a build by their paths in it, with their checksums. */
type Files = Readonly<Record<string, string>>

/** What was built before: a folder with `lib` and `deps`, all of whose files are as they were. */
export async function storedBuild(folder: string): Promise<string | undefined> {
  if (!existsSync(join(folder, list))) return undefined
  for (const [name, sum] of Object.entries(filesOf(folder))) {
    const file = join(folder, name)
    if (!existsSync(file) || (await sha256Of(file)) !== sum) {
      rmSync(folder, { recursive: true, force: true })
      return undefined
    }
  }
  return folder
}

/** Keeps what lies in a folder as a build, under its name: there as a whole or not at all. */
export async function storeBuild(from: string, folder: string): Promise<void> {
  const names = readdirSync(from, { recursive: true, encoding: 'utf8' }).filter(name => statSync(join(from, name)).isFile())
  const sums = await Promise.all(names.map(async name => [name, await sha256Of(join(from, name))] as const))
  writeFileSync(join(from, list), `${JSON.stringify({ files: Object.fromEntries(sums) }, null, 2)}\n`)
  mkdirSync(dirname(folder), { recursive: true })
  rmSync(folder, { recursive: true, force: true })
  renameSync(from, folder)
}

/** Puts a build into a package: as the same files where they are of one disk, so that they take no more, else as copies. */
export async function placeBuild(folder: string, root: string): Promise<void> {
  await inFolder(root, async place => {
    for (const name of Object.keys(filesOf(folder))) {
      const to = join(place, name)
      mkdirSync(dirname(to), { recursive: true })
      await link(join(folder, name), to).catch(() => copyFile(join(folder, name), to, constants.COPYFILE_FICLONE))
    }
    takePlace(place, root)
  })
}

function filesOf(folder: string): Files {
  return (JSON.parse(readFileSync(join(folder, list), 'utf8')) as { files: Files }).files
}
