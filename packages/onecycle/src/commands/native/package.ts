import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { cp } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { plainError } from '@onecycle/platform'
import { bindingFolder } from './addon.js'
import { type NativeKind, packages, version } from './releases.js'
import { type CommandOptions, command, inFolder } from './work.js'

/** Each adds a package that may fail to install, and runs no script of it: a project where npm's download fails is to install as ever. */
const managers: Readonly<Record<string, readonly string[]>> = {
  'pnpm-lock.yaml': ['pnpm', 'add', '--save-optional', '--save-exact', '--ignore-scripts'],
  'bun.lock': ['bun', 'add', '--optional', '--exact', '--ignore-scripts'],
  'bun.lockb': ['bun', 'add', '--optional', '--exact', '--ignore-scripts'],
  'yarn.lock': ['yarn', 'add', '--optional', '--exact', '--ignore-scripts'],
  'package-lock.json': ['npm', 'install', '--save-optional', '--save-exact', '--ignore-scripts', '--no-audit', '--no-fund'],
}

/** The command that adds a package to a project, by the lock file that lies there or above it. */
export function adding(project: string, name: string): readonly string[] {
  const folder = dirname(project)
  const lock = Object.keys(managers).find(each => existsSync(join(project, each)))
  if (lock === undefined && folder !== project) return adding(folder, name)
  const words = managers[lock ?? 'package-lock.json']!
  // From its second version on Yarn asks for the same in other words.
  const modern = words[0] === 'yarn' && /^__metadata:/m.test(readFileSync(join(project, 'yarn.lock'), 'utf8'))
  return [...(modern ? ['yarn', 'add', '--optional', '--exact', '--mode=skip-build'] : words), `${name}@${version}`]
}

/** Where a project has a package. @throws Error where that is no folder, or another version */
export function rootOf(project: string, name: string): string | undefined {
  let manifest: string
  try {
    manifest = createRequire(join(project, 'package.json')).resolve(`${name}/package.json`)
  } catch {
    return undefined
  }
  if (!existsSync(dirname(dirname(manifest))) || /\.zip[/\\]/.test(manifest))
    throw plainError(
      'native-build',
      `${name} lies in an archive (Plug'n'Play), where nothing can be built. With nodeLinker: node-modules it lies in a folder.`,
    )
  const found = JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }
  if (found.version !== version)
    throw plainError('native-build', `${dirname(manifest)} is of version ${found.version}; onecycle wants ${version}.`)
  return dirname(manifest)
}

/** Installs the package itself, without its native part. */
export async function addPackage(project: string, name: string, options: CommandOptions): Promise<string> {
  const [manager, ...args] = adding(project, name)
  await command(manager!, args, { ...options, cwd: project, show: false })
  const root = rootOf(project, name)
  if (!root) throw plainError('native-build', `${manager} has installed ${name}, but ${project} does not find it.`)
  return root
}

/** The addon of a package, where it is there with the library beside it. */
export function bindingOf(root: string): string | undefined {
  const file = join(root, bindingFolder(root), 'tfjs_binding.node')
  return existsSync(file) && existsSync(join(root, 'deps', 'lib')) ? file : undefined
}

/** Has the package's own install script download its native part, in a copy that takes its place when it is whole. */
export async function ownDownload(root: string, kind: NativeKind, options: CommandOptions): Promise<void> {
  await inFolder(root, async folder => {
    const theirs = readdirSync(root).filter(name => !/^(deps|lib|node_modules|\.onecycle-.*)$/.test(name))
    for (const name of theirs) await cp(join(root, name), join(folder, name), { recursive: true })
    await command('npm', ['run', 'install', '--loglevel=error'], { ...options, cwd: folder })
    if (!bindingOf(folder)) throw plainError('native-build', `the install script of ${packages[kind]} has left no addon`)
    takePlace(folder, root)
  })
}

/** Puts the native part of a folder into the place of a package's: the addon last, so that where it is there, all is. */
export function takePlace(folder: string, root: string): void {
  const addon = bindingFolder(root)
  const before = { [addon]: 'old-addon', deps: 'old-deps' }
  for (const [part, aside] of Object.entries(before))
    if (existsSync(join(root, part))) renameSync(join(root, part), join(folder, aside))
  renameSync(join(folder, 'deps'), join(root, 'deps'))
  if (!existsSync(join(root, 'lib'))) renameSync(join(folder, 'lib'), join(root, 'lib'))
  else renameSync(join(folder, addon), join(root, addon))
}

/** Two functions that Node 23 and later have no more (tensorflow/tfjs#8609): where the package calls them, it is given what they did. */
export function mendCalls(root: string): number {
  let mended = 0
  for (const file of ['dist/nodejs_kernel_backend.js', 'dist/kernels/TopK.js']) {
    const path = join(root, file)
    const text = readFileSync(path, 'utf8')
    const better = text
      .replaceAll('(0, util_1.isNullOrUndefined)(', '(function (value) { return value == null; })(')
      .replaceAll('(0, util_1.isArray)(', 'Array.isArray(')
    if (better === text) continue
    // Not in its place: pnpm has one file for all projects.
    writeFileSync(`${path}.onecycle`, better)
    renameSync(`${path}.onecycle`, path)
    mended++
  }
  return mended
}
