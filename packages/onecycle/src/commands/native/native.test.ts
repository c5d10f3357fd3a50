import { createHash } from 'node:crypto'
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { pythonNames } from './addon.js'
import { placeBuild, storeBuild, storedBuild } from './builds.js'
import { releaseOf, sizesOf } from './install.js'
import { toolsHere } from './machine.js'
import { adding, bindingOf, mendCalls, rootOf, takePlace } from './package.js'
import { releases } from './releases.js'
import { fetchWheel, unpack } from './wheels.js'
import { command, inFolder } from './work.js'

const windows = process.platform === 'win32'
const leftOut = windows ? ', left out: the pip of this test is a script, which Windows does not run' : ''

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'onecycle-native-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

function write(files: Readonly<Record<string, string>>, at = folder): string {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(at, name)), { recursive: true })
    writeFileSync(join(at, name), text)
  }
  return at
}

const napi = `lib/napi-v${Math.min(8, Number(process.versions.napi))}`
const manifest = (version = '4.22.0') =>
  JSON.stringify({ name: '@tensorflow/tfjs-node', version, binary: { napi_versions: [3, 8, 99] } })
const built = { [`${napi}/tfjs_binding.node`]: 'addon', 'deps/lib/libtensorflow.so.2': 'library' }

describe('a package', () => {
  it('is added by the manager whose lock file lies in the project or above it, as one that may fail', () => {
    const project = join(folder, 'packages', 'a')
    mkdirSync(project, { recursive: true })
    const words = () => adding(project, 'x').join(' ')
    expect(words()).toBe('npm install --save-optional --save-exact --ignore-scripts --no-audit --no-fund x@4.22.0')
    write({ 'yarn.lock': '__metadata:\n  version: 8\n' })
    expect(words()).toBe('yarn add --optional --exact --mode=skip-build x@4.22.0')
    write({ 'yarn.lock': '# yarn lockfile v1\n' })
    expect(words()).toBe('yarn add --optional --exact --ignore-scripts x@4.22.0')
    write({ 'pnpm-lock.yaml': '' })
    expect(words()).toBe('pnpm add --save-optional --save-exact --ignore-scripts x@4.22.0')
  })

  it('is found where the project would, and refused in another version', () => {
    const at = join(folder, 'node_modules/@tensorflow/tfjs-node')
    expect(rootOf(folder, '@tensorflow/tfjs-node')).toBeUndefined()
    write({ 'package.json': manifest() }, at)
    expect(rootOf(folder, '@tensorflow/tfjs-node')).toMatch(/tfjs-node$/)
    write({ 'package.json': manifest('4.21.0') }, at)
    expect(() => rootOf(folder, '@tensorflow/tfjs-node')).toThrow('is of version 4.21.0; onecycle wants 4.22.0.')
  })

  it('gets a new native part in place of an old one, as a whole', () => {
    const root = write({ 'package.json': manifest(), [`${napi}/tfjs_binding.node`]: 'old', 'deps/old': '' }, join(folder, 'root'))
    expect(bindingOf(root)).toBeUndefined()
    takePlace(write(built, join(root, '.onecycle-1-a')), root)
    expect(readFileSync(bindingOf(root)!, 'utf8')).toBe('addon')
    expect(readdirSync(join(root, 'deps'))).toEqual(['lib'])
  })

  it('calls no functions that Node has no more, and its file is another one than other projects have', () => {
    const text = 'if ((0, util_1.isNullOrUndefined)(x) || (0, util_1.isArray)(x)) f();'
    write({ 'dist/nodejs_kernel_backend.js': text, 'dist/kernels/TopK.js': '' })
    const before = statSync(join(folder, 'dist/nodejs_kernel_backend.js')).ino
    expect([mendCalls(folder), mendCalls(folder)]).toEqual([1, 0])
    const file = join(folder, 'dist/nodejs_kernel_backend.js')
    expect(readFileSync(file, 'utf8')).toBe('if ((function (value) { return value == null; })(x) || Array.isArray(x)) f();')
    expect(statSync(file).ino).not.toBe(before)
  })
})

describe('a build', () => {
  it('is kept with checksums, put into a package without a copy, and made anew once it has changed', async () => {
    const kept = join(folder, 'cache', 'builds', 'a')
    expect(await storedBuild(kept)).toBeUndefined()
    await storeBuild(write(built, join(folder, 'made')), kept)
    expect(existsSync(join(folder, 'made'))).toBe(false)
    expect(await storedBuild(kept)).toBe(kept)
    const root = write({ 'package.json': manifest() }, join(folder, 'root'))
    await placeBuild(kept, root)
    expect(readdirSync(root).sort()).toEqual(['deps', 'lib', 'package.json'])
    expect(statSync(join(root, 'deps/lib/libtensorflow.so.2')).nlink).toBe(2)

    writeFileSync(join(root, 'deps/lib/libtensorflow.so.2'), 'changed')
    expect(await storedBuild(kept)).toBeUndefined()
    expect(existsSync(kept)).toBe(false)
  })
})

describe('a wheel', () => {
  const content = 'the wheel'
  const wheel = { requirement: 'tensorflow-cpu==2.9.1', MiB: 1, sha256: createHash('sha256').update(content).digest('hex') }

  /** Stands in for Python: notes what it is asked, and leaves a file where pip would. */
  function python(text: string): string {
    const file = join(folder, 'python')
    writeFileSync(
      file,
      `#!/bin/sh\necho "$@" >> "${folder}/asked"\npwd >> "${folder}/at"\nwhile [ $# -gt 1 ]; do [ "$1" = --dest ] && dest=$2; shift; done\n${text}\n`,
    )
    chmodSync(file, 0o755)
    return file
  }
  const lines = (name: string) => readFileSync(join(folder, name), 'utf8').trim().split('\n')
  const asked = () => lines('asked')

  it.skipIf(windows)(`comes by pip, which is told its checksum, once${leftOut}`, async () => {
    const pip = python(`printf '${content}' > "$dest/tensorflow_cpu-2.9.1.whl"`)
    const wheels = join(folder, 'wheels')
    const file = await fetchWheel(wheel, wheels, pip, {})
    expect(await fetchWheel(wheel, wheels, pip, {})).toBe(file)
    expect(asked()).toEqual([expect.stringMatching(/^-m pip download .*--require-hashes --dest .* -r .*requirements\.txt$/)])
    expect(readdirSync(wheels)).toEqual([`${wheel.sha256}.whl`])
    // A pip.py or json.py that lies where the command was called is not run.
    expect(dirname(lines('at')[0]!)).toBe(realpathSync(wheels))
    await unpack(file, folder, [], pip, {})
    expect(asked()[1]).toMatch(/^-I -c /)
  })

  const glibc = (process.report.getReport() as { header: { glibcVersionRuntime?: string } }).header.glibcVersionRuntime
  const builds = process.platform === 'linux' && process.arch === 'x64' && glibc
  const noBuild = builds ? '' : ', left out: it is built on Linux of x64 with glibc'
  it.skipIf(!builds)(`is fetched by a pip that is looked for outside of where the command was called${noBuild}`, async () => {
    renameSync(python(''), join(folder, 'python3'))
    vi.stubEnv('PATH', folder)
    const { missing } = await toolsHere().finally(() => vi.unstubAllEnvs())
    expect(asked().sort()).toEqual(['--version', '-m pip --version'])
    expect(lines('at')).toContain(realpathSync(dirname(process.execPath)))
    expect(missing).not.toContain('pip (python3 -m pip)')
  })

  it.skipIf(windows)(`that is another one, or does not come, leaves nothing behind${leftOut}`, async () => {
    const wheels = join(folder, 'wheels')
    const other = python(`printf 'another' > "$dest/tensorflow_cpu-2.9.1.whl"`)
    await expect(fetchWheel(wheel, wheels, other, {})).rejects.toThrow(`and should have ${wheel.sha256}.`)
    const failing = python('echo "ERROR: no such thing" >&2; exit 3')
    await expect(fetchWheel(wheel, wheels, failing, {})).rejects.toThrow('ended with 3: ERROR: no such thing')
    expect(readdirSync(wheels)).toEqual([])
  })
})

it('tells what of Python is called from what is looked at, in the tables of a library', () => {
  const symbols = `
    12: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND PyList_New
    13: 0000000000000000     0 NOTYPE  GLOBAL DEFAULT  UND _Py_NoneStruct@@PY (3)
    14: 0000000000000000     0 FUNC    GLOBAL DEFAULT  UND malloc@GLIBC_2.2.5 (2)
    15: 0000000000001234     8 FUNC    GLOBAL DEFAULT   12 PyInit_internal`
  const relocations = `
000000001000  000c00000007 R_X86_64_JUMP_SLO 0000000000000000 PyList_New + 0
000000001008  000d00000006 R_X86_64_GLOB_DAT 0000000000000000 _Py_NoneStruct + 0`
  expect(pythonNames(symbols, relocations)).toEqual({ functions: ['PyList_New'], data: ['_Py_NoneStruct'] })
})

it('says what is downloaded and kept, and which TensorFlows there are', () => {
  const plan = { project: '', root: undefined, cache: '', own: false, tools: undefined, missing: [] }
  expect(sizesOf({ ...plan, kind: 'cpu', release: releases[0], cuda: false })).toEqual({ download: 198, takes: 485 })
  const gpu = sizesOf({ ...plan, kind: 'gpu', release: releaseOf('2.18.1'), cuda: true })
  expect(gpu).toEqual({ download: 2291, takes: 3816 })
  expect(() => releaseOf('2.10.0')).toThrow('There is no TensorFlow 2.10.0 to install; tfjs-node was run on 2.9.1, 2.18.1.')
  for (const { sha256 } of releases.flatMap(({ wheels, cuda }) => [wheels.cpu, wheels.gpu, ...cuda]))
    expect(sha256).toMatch(/^[\da-f]{64}$/)
})

describe('work', () => {
  it('ends with what a command said last, and with its signal', async () => {
    const program = "console.log('told'); console.error('a\\nb'); process.exit(7)"
    await expect(command(process.execPath, ['-e', program])).rejects.toThrow(/-e ended with 7: [\s\S]*a\nb$/)
    const controller = new AbortController()
    const waiting = command(process.execPath, ['-e', 'setTimeout(() => {}, 1e5)'], { signal: controller.signal })
    controller.abort()
    await expect(waiting).rejects.toMatchObject({ name: 'AbortError' })
  })

  it('leaves its folder with nobody, and takes those of killed processes along', async () => {
    mkdirSync(join(folder, '.onecycle-4194304999-dead'))
    mkdirSync(join(folder, `.onecycle-${process.ppid}-alive`))
    const failed = inFolder(folder, async inside => {
      writeFileSync(join(inside, 'half'), '')
      throw new Error('failed')
    })
    await expect(failed).rejects.toThrow('failed')
    expect(readdirSync(folder)).toEqual([`.onecycle-${process.ppid}-alive`])
  })
})
