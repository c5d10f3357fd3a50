import { existsSync, mkdirSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type NativeKind, packages, type Release } from './releases.js'
import { unpack } from './wheels.js'
import { type CommandOptions, command } from './work.js'

/** What builds. */
export interface Tools {
  readonly python: string
  readonly compiler: string
}

const framework = 'libtensorflow_framework.so.2'
/** From 2.12 on the C API has a library of its own; before, it is in the one that Python imports. */
const [apart, internal] = ['libtensorflow_cc.so.2', '_pywrap_tensorflow_internal.so']

/** Takes out of TensorFlow's wheel its libraries, its licence, and the headers of its C API. */
export async function unpackTensorFlow(file: string, deps: string, { python }: Tools, options: CommandOptions): Promise<void> {
  const rules = [
    [`tensorflow/${framework}`, `lib/${framework}`],
    [`tensorflow/${apart}`, `lib/${apart}`],
    [`tensorflow/python/${internal}`, `lib/python/${internal}`],
    ['tensorflow/include/((?:tensorflow/c/|tensorflow/core/platform/ctstring|tsl/|xla/tsl/c/).*\\.h)', 'include/\\1'],
    ['[^/]*\\.dist-info/(?:.*/)?LICENSE', 'LICENSE'],
  ] as const
  await unpack(file, deps, rules, python, options)
  const lib = join(deps, 'lib')
  // 2.12 and later have both, of which the second is for Python alone.
  if (existsSync(join(lib, apart))) rmSync(join(lib, 'python'), { recursive: true, force: true })
}

/** Puts NVIDIA's libraries beside TensorFlow's, where it looks for them first. */
export async function unpackCuda(file: string, deps: string, { python }: Tools, options: CommandOptions): Promise<void> {
  const rules = [
    ['(?:.*/)?lib/(?:[^/]*/)*([^/]*\\.so[^/]*)', 'lib/\\1'],
    ['([^/]*)\\.dist-info/(?:.*/)?(?:License|LICENSE)(?:\\.txt)?', 'licences/\\1.txt'],
  ] as const
  await unpack(file, deps, rules, python, options)
}

/**
 * Makes `libtensorflow.so.2` of the library that Python imports. What that wants of Python is never called from its C API; stand-ins
 * satisfy the loader: functions that end the process with a message, and zeros for data.
 *
 * @returns how many names stand-ins were made for
 */
export async function standInForPython(
  deps: string,
  work: string,
  { compiler }: Tools,
  options: CommandOptions,
): Promise<number> {
  const lib = join(deps, 'lib')
  if (existsSync(join(lib, apart))) return 0
  const library = join(lib, 'python', internal)
  const read = (what: string) => command('readelf', [what, '--wide', library], options)
  const { functions, data } = pythonNames(await read('--dyn-syms'), await read('--relocs'))
  const source = join(work, 'python.c')
  writeFileSync(
    source,
    [
      '#include <stdio.h>\n#include <stdlib.h>',
      ...functions.map(name => `void ${name}(void) { fputs("TensorFlow called Python: ${name}\\n", stderr); abort(); }`),
      ...data.map(name => `__attribute__((aligned(64))) char ${name}[1024];`),
      '',
    ].join('\n'),
  )
  await command(
    compiler,
    [
      ...[
        '-x',
        'c',
        '-shared',
        '-fPIC',
        '-fno-builtin',
        '-w',
        '-O1',
        '-o',
        join(lib, 'libtensorflow.so.2'),
        source,
        '-x',
        'none',
      ],
      ...['-Wl,-soname,libtensorflow.so.2', '-Wl,--no-as-needed', `-L${join(lib, 'python')}`, `-l:${internal}`],
      ...[`-L${lib}`, `-l:${framework}`, '-Wl,--allow-shlib-undefined', '-Wl,-rpath,$ORIGIN/python:$ORIGIN'],
    ],
    options,
  )
  return functions.length + data.length
}

/** What a library wants of Python, from readelf's tables of its symbols and relocations: data must be there, functions are called by name. */
export function pythonNames(symbols: string, relocations: string): { functions: string[]; data: string[] } {
  const bare = (name = '') => name.replace(/@.*/, '')
  const wanted = symbols
    .split('\n')
    .map(line => line.trim().split(/\s+/))
    .filter(fields => fields[6] === 'UND' && /^_?Py/.test(fields[7] ?? ''))
    .map(fields => bare(fields[7]))
  const called = new Set(
    relocations
      .split('\n')
      .map(line => line.trim().split(/\s+/))
      .filter(fields => fields[2]?.includes('JUMP_SLO'))
      .map(fields => bare(fields[4])),
  )
  const names = [...new Set(wanted)].sort()
  return { functions: names.filter(name => called.has(name)), data: names.filter(name => !called.has(name)) }
}

/** The folder of an addon in its package, by the newest Node-API that both know. */
export function bindingFolder(root: string): string {
  const { binary } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { binary: { napi_versions: number[] } }
  return `lib/napi-v${Math.max(...binary.napi_versions.filter(each => each <= Number(process.versions.napi)))}`
}

/** Compiles the addon whose sources come with the package. */
export async function compileAddon(
  root: string,
  deps: string,
  to: string,
  work: string,
  { compiler }: Tools,
  options: CommandOptions,
) {
  const lib = join(deps, 'lib')
  // The linker takes them by these names, which are in no need of each other afterwards.
  const api = existsSync(join(lib, apart)) ? apart : 'libtensorflow.so.2'
  const links = { 'libtensorflow.so': api, 'libtensorflow_framework.so': framework }
  for (const [name, target] of Object.entries(links)) symlinkSync(target, join(lib, name))
  mkdirSync(dirname(to), { recursive: true })
  const napi = /napi-v(\d+)/.exec(bindingFolder(root))![1]
  await command(
    compiler,
    [
      ...['-std=c++17', '-O2', '-fPIC', '-shared', '-w', `-DNAPI_VERSION=${napi}`, '-DBUILDING_NODE_EXTENSION'],
      ...[`-I${await nodeHeaders(work, options)}`, `-I${join(deps, 'include')}`, '-o', to],
      ...['tfjs_backend.cc', 'tfjs_binding.cc'].map(name => join(root, 'binding', name)),
      ...['-Wl,--no-as-needed', `-L${lib}`, '-ltensorflow', '-ltensorflow_framework', '-Wl,--allow-shlib-undefined'],
      '-Wl,-rpath,$ORIGIN/../../deps/lib',
    ],
    options,
  )
  for (const name of Object.keys(links)) rmSync(join(lib, name))
  rmSync(join(deps, 'include'), { recursive: true })
}

/** Node-API's headers come with Node, or from npm. */
async function nodeHeaders(work: string, options: CommandOptions): Promise<string> {
  const own = join(dirname(dirname(realpathSync(process.execPath))), 'include', 'node')
  if (existsSync(join(own, 'node_api.h'))) return own
  const plain = ['--ignore-scripts', '--no-save', '--no-package-lock', '--no-audit', '--no-fund']
  await command('npm', ['install', '--prefix', work, ...plain, 'node-api-headers@1.6.0'], options)
  return join(work, 'node_modules', 'node-api-headers', 'include')
}

/** A name for what is built of a release, and for whom. */
export function buildName(kind: NativeKind, { tensorflow }: Release, cuda: boolean, root: string): string {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string }
  const napi = bindingFolder(root).slice('lib/'.length)
  const name = packages[kind].split('/')[1]
  return [name, version, 'tensorflow', tensorflow, ...(cuda ? ['cuda'] : []), process.platform, process.arch, napi].join('-')
}
