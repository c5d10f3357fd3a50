import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { plainError } from '@onecycle/platform'
import { bindingFolder, buildName, compileAddon, standInForPython, type Tools, unpackCuda, unpackTensorFlow } from './addon.js'
import { placeBuild, storeBuild, storedBuild } from './builds.js'
import { addPackage, bindingOf, mendCalls, ownDownload } from './package.js'
import { type NativeKind, packages, type Release, releases } from './releases.js'
import { fetchWheel } from './wheels.js'
import { type CommandOptions, inFolder } from './work.js'

/** What is to be installed, and how. */
export interface Plan {
  readonly kind: NativeKind
  readonly release: Release
  /** Whether NVIDIA's libraries come along. */
  readonly cuda: boolean
  readonly project: string
  /** Where the project has the package; undefined where it has not. */
  readonly root: string | undefined
  /** Where builds and wheels are kept. */
  readonly cache: string
  /** Whether the package's own install script is tried. */
  readonly own: boolean
  /** What builds; undefined where nothing can be built. */
  readonly tools: Tools | undefined
  /** What is wanting for that. */
  readonly missing: readonly string[]
}

/** How a native part came: it was there, npm's own script downloaded it, it was built before, or now. */
export type Origin = 'there' | 'npm' | 'cache' | 'built'

/** How much a plan may download at most, what it takes, and what it needs while it builds, in MiB. */
export function sizesOf({ kind, release, cuda }: Plan): { download: number; takes: number } {
  const download = [release.wheels[kind], ...(cuda ? release.cuda : [])].reduce((sum, { MiB }) => sum + MiB, 0)
  return { download, takes: release.unpacked[kind] + (cuda ? release.cudaUnpacked : 0) }
}

/**
 * Installs a package and its native part, each step whole or not at all: what was fetched before a failure is there for the next time.
 *
 * @param say hears what is done
 * @returns where the package lies, and how its native part came
 */
export async function carryOut(
  plan: Plan,
  options: CommandOptions,
  say: (line: string) => void,
): Promise<{ root: string; origin: Origin }> {
  const { kind, release, project, cache } = plan
  const root = plan.root ?? (await addPackage(project, packages[kind], options))
  if (!plan.root) say(`npm's ${packages[kind]} is in ${project}`)
  const origin = await bringNative(root, plan, options, say)
  if (mendCalls(root) > 0) say('its calls of functions that Node 23 removed are mended')
  if (origin === 'built') rmSync(join(cache, 'wheels'), { recursive: true, force: true })
  if (origin !== 'npm') say(`TensorFlow ${release.tensorflow} is in its place`)
  return { root, origin }
}

async function bringNative(root: string, plan: Plan, options: CommandOptions, say: (line: string) => void): Promise<Origin> {
  const { kind, release, cuda, own, cache } = plan
  const folder = join(cache, 'builds', buildName(kind, release, cuda, root))
  if (await storedBuild(folder)) {
    await placeBuild(folder, root)
    return 'cache'
  }
  if (own) {
    try {
      await ownDownload(root, kind, options)
      return 'npm'
    } catch (error) {
      if (options.signal?.aborted) throw error
      say(`npm's own download fails: ${reasonIn(error as Error & { output?: string })}`)
    }
  }
  if (!plan.tools) throw plainError('native-needs', `An addon cannot be built here: it needs ${plan.missing.join('; ')}.`)
  await build(folder, root, plan, plan.tools, options, say)
  await placeBuild(folder, root)
  return 'built'
}

async function build(
  folder: string,
  root: string,
  plan: Plan,
  tools: Tools,
  options: CommandOptions,
  say: (line: string) => void,
) {
  const { kind, release, cuda, cache } = plan
  const quiet = { ...options, show: false }
  await inFolder(cache, async work => {
    const [made, deps] = [join(work, 'build'), join(work, 'build', 'deps')]
    mkdirSync(made)
    const wheels = join(cache, 'wheels')
    const library = release.wheels[kind]
    const tensorflow = await fetchWheel(library, wheels, tools.python, options)
    say(`${library.requirement} fetched, its checksum is right`)
    await unpackTensorFlow(tensorflow, deps, tools, quiet)
    const names = await standInForPython(deps, work, tools, quiet)
    say(`unpacked${names > 0 ? `, with stand-ins for ${names} names of Python that are never called` : ''}`)
    for (const wheel of cuda ? release.cuda : []) {
      await unpackCuda(await fetchWheel(wheel, wheels, tools.python, options), deps, tools, quiet)
      say(`${wheel.requirement} fetched and unpacked`)
    }
    await compileAddon(root, deps, join(made, bindingFolder(root), 'tfjs_binding.node'), work, tools, quiet)
    say('the addon is compiled')
    await storeBuild(made, folder)
  })
}

/** What a download fails by: the line that says so, of all that npm tells. */
function reasonIn({ message, output = message }: Error & { output?: string }): string {
  const lines = output.split('\n').map(line => line.replace(/^npm (error|ERR!)\s*/, '').trim())
  return lines.find(line => /^\w*Error: |\b(ENOTFOUND|ECONN\w+|ETIMEDOUT|403|404)\b/.test(line)) ?? lines.find(Boolean) ?? message
}

/** Takes a native part away that does not compute what it should, so that nothing else finds it. */
export function takeAway({ kind, release, cuda, cache }: Plan, root: string): void {
  rmSync(join(root, bindingFolder(root)), { recursive: true, force: true })
  rmSync(join(root, 'deps'), { recursive: true, force: true })
  rmSync(join(cache, 'builds', buildName(kind, release, cuda, root)), { recursive: true, force: true })
}

/** Whether a package has its native part already. */
export function isWhole(root: string | undefined): root is string {
  return root !== undefined && bindingOf(root) !== undefined
}

/** A release by its number. @throws Error that names those that there are */
export function releaseOf(tensorflow: string): Release {
  const found = releases.find(each => each.tensorflow === tensorflow)
  if (found) return found
  const known = releases.map(each => each.tensorflow).join(', ')
  throw plainError('native-unknown', `There is no TensorFlow ${tensorflow} to install; tfjs-node was run on ${known}.`)
}
