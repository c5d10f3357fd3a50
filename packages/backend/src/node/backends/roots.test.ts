import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it, vi } from 'vitest'
import { lookInProject, projectFolder } from '../project.js'
import { findPackage } from './find-package.js'

const [home, started, options] = [process.cwd(), process.argv, process.execArgv]
const folder = realpathSync(mkdtempSync(join(tmpdir(), 'onecycle-roots-')))
const [project, elsewhere] = [join(folder, 'project'), join(folder, 'elsewhere')]
const name = 'onecycle-stands-in'

beforeAll(() => {
  for (const each of [join(project, 'src'), elsewhere]) mkdirSync(each, { recursive: true })
  const directory = join(project, 'node_modules', name)
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, 'package.json'), JSON.stringify({ name, version: '1.2.3' }))
  writeFileSync(join(project, 'package.json'), '{}')
  writeFileSync(join(project, 'src', 'train.js'), '')
  symlinkSync(join(project, 'src', 'train.js'), join(elsewhere, 'command'))
})
afterEach(() => {
  process.chdir(home)
  Object.assign(process, { argv: started, execArgv: options })
  lookInProject('/')
})
afterAll(() => rmSync(folder, { recursive: true }))

const found = { name, version: '1.2.3', directory: join(project, 'node_modules', name) }

it('finds nothing in the working directory by itself', () => {
  process.chdir(project)
  expect(findPackage(name)).toBeUndefined()
})

it('finds what is installed for the file that was started, also by a link or without its ending', () => {
  for (const file of [join(project, 'src', 'train.js'), join(project, 'src', 'train'), join(elsewhere, 'command')]) {
    process.argv = ['node', file]
    expect(findPackage(name), file).toEqual(found)
  }
  process.argv = ['node', join(project, 'src', 'none.js')]
  expect(findPackage(name)).toBeUndefined()
})

it.each([['-e', '0'], ['--eval=0'], ['-pe', '0'], ['-i']])(
  'takes what stands behind a program that was typed for no file (%s)',
  (...typed) => {
    process.argv = ['node', join(project, 'src', 'train.js')]
    process.execArgv = typed
    expect(findPackage(name)).toBeUndefined()
  },
)

it('takes a document that an application was opened with for no program', () => {
  process.argv = ['app', join(project, 'src', 'train.js')]
  vi.spyOn(process, 'versions', 'get').mockReturnValue({ ...process.versions, electron: '39.0.0' })
  expect(findPackage(name)).toBeUndefined()
  vi.restoreAllMocks()
})

it('finds what is installed in the project that a command is called in, or in a folder of it', () => {
  for (const from of [project, join(project, 'src')]) {
    lookInProject(from)
    expect(projectFolder()).toBe(project)
    expect(findPackage(name)).toEqual(found)
  }
  lookInProject(elsewhere)
  expect(findPackage(name)).toBeUndefined()
})
