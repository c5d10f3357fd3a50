import { spawn } from 'node:child_process'
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { lockFolder as lockInPage } from '../browser/lock-folder.js'
import { removeUnfinished } from './folder.js'
import { lockFolder } from './lock-folder.js'
import { mayRun, thisProcess } from './process/this-process.js'

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onecycle-'))
})
afterEach(() => rm(folder, { recursive: true }))

const linux = process.platform === 'linux'
const leftOut = linux ? '' : ', left out: no /proc here, which tells of processes'

/** Leaves a lock of another process. */
async function leave(lock: object | string): Promise<void> {
  const given = { started: '', host: hostname(), since: '2026-01-02T03:04:05.000Z', key: 'k' }
  await writeFile(join(folder, 'writer.lock'), typeof lock === 'string' ? lock : JSON.stringify({ ...given, ...lock }))
}

/** A process that has ended, and one that runs until it is killed. */
async function processes(): Promise<{ dead: number; living: number; end(): void }> {
  const [dead, living] = [spawn(process.execPath, ['-e', '']), spawn(process.execPath, ['-e', 'setInterval(() => {}, 1e6)'])]
  await new Promise(resolve => dead.once('exit', resolve))
  return { dead: dead.pid!, living: living.pid!, end: () => living.kill('SIGKILL') }
}

it('a folder has one writer, and another one after it', async () => {
  const unlock = await lockFolder(join(folder, 'deep', 'run'))
  await expect(lockFolder(join(folder, 'deep', 'run'))).rejects.toMatchObject({
    code: 'ELOCKED',
    message: expect.stringMatching(
      /deep.run is being written by this very process, since 20.*give this one a folder of its own\.$/,
    ),
  })
  await unlock()
  await (await lockFolder(join(folder, 'deep', 'run')))()
  expect(await readdir(join(folder, 'deep', 'run'))).toEqual([])
})

it('says who has it: a process that runs, or one of another machine', async () => {
  const { living, end } = await processes()
  await leave({ pid: living })
  await expect(lockFolder(folder)).rejects.toThrow(
    `is being written by process ${living}, since 2026-01-02T03:04:05.000Z. Two runs`,
  )
  end()
  await leave({ pid: 1, host: 'elsewhere' })
  await expect(lockFolder(folder)).rejects.toThrow(
    `process 1 on elsewhere, since 2026-01-02T03:04:05.000Z. Two runs in one folder would remove each other's files: end that one, or give this ` +
      `one a folder of its own. If nothing of it runs any more, remove ${join(folder, 'writer.lock')}.`,
  )
})

it('takes over from a process that has ended, also before it had written its lock', async () => {
  const { dead, end } = await processes()
  end()
  for (const left of [{ pid: dead }, '', '{"pid":', 'null']) {
    await leave(left)
    await (await lockFolder(folder))()
  }
  expect(await readdir(folder)).toEqual([])
})

it.runIf(linux)(
  `takes over where the number is that of another process by now: of a container that was started again${leftOut}`,
  async () => {
    await leave({ pid: process.pid, started: '12' })
    await (await lockFolder(folder))()
    await leave({ ...thisProcess() })
    await expect(lockFolder(folder)).rejects.toThrow(/this very process/)
  },
)

it('is taken over by one of many', async () => {
  const { dead, end } = await processes()
  end()
  for (let round = 0; round < 20; round++) {
    await leave({ pid: dead })
    const tried = await Promise.allSettled(Array.from({ length: 8 }, () => lockFolder(folder)))
    const [unlock, ...others] = tried.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []))
    expect(others).toEqual([])
    expect(JSON.parse(await readFile(join(folder, 'writer.lock'), 'utf8'))).toMatchObject(thisProcess())
    await unlock!()
    expect(await readdir(folder)).toEqual([])
  }
})

it('is let go also where the file of it stays', async () => {
  const unlock = await lockFolder(folder)
  const text = await readFile(join(folder, 'writer.lock'), 'utf8')
  await unlock()
  await leave(text)
  await (await lockFolder(folder))()
})

it('says of what keeps it from being made what the file system says', async () => {
  await writeFile(join(folder, 'file'), '')
  await expect(lockFolder(join(folder, 'file', 'below'))).rejects.toMatchObject({ code: 'ENOTDIR' })
})

it.runIf(linux)(`a process that has ended does not run, if nobody has asked for its end yet${leftOut}`, () => {
  expect(mayRun(thisProcess())).toBe(true)
  expect(mayRun({ ...thisProcess(), started: '12' })).toBe(false)
})

it('removes what processes left that ended amid writing, not what is being written', async () => {
  const { dead, living, end } = await processes()
  const names = ['fit-0.safetensors.0a1b.tmp', `fit-1.safetensors.${dead}-12-0123abcd.tmp`, 'best.safetensors', 'other.tmp']
  const kept = `fit-1.safetensors.${living}--0123abcd.tmp`
  for (const name of [...names, kept]) await writeFile(join(folder, name), '')
  await removeUnfinished(folder, 'fit-')
  end()
  expect((await readdir(folder)).sort()).toEqual(['best.safetensors', kept, 'other.tmp'].sort())
})

it('in a page a folder has one writer of the site, where the browser has locks', async () => {
  vi.stubGlobal('navigator', {})
  await (await lockInPage('opfs://runs'))()
  const held = new Set<string>()
  const request = async (name: string, _: unknown, hold: (lock: object | null) => Promise<void> | undefined) => {
    if (held.has(name)) return hold(null)
    held.add(name)
    return hold({})!.finally(() => held.delete(name))
  }
  vi.stubGlobal('navigator', { locks: { request } })
  try {
    const unlock = await lockInPage('opfs://runs')
    await expect(lockInPage('opfs://runs')).rejects.toMatchObject({
      code: 'ELOCKED',
      message: expect.stringMatching(/another page or worker/),
    })
    await unlock()
    await (await lockInPage('opfs://runs'))()
  } finally {
    vi.unstubAllGlobals()
  }
})
