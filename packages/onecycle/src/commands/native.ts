import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { projectFolder } from '@onecycle/backend/internal'
import { cacheFolder, onSignals, type ProcessSignal, plainError } from '@onecycle/platform'
import chalk, { chalkStderr } from 'chalk'
import { confirmed } from './confirmed.js'
import type { Checked } from './native/check.js'
import { carryOut, isWhole, type Origin, type Plan, releaseOf, sizesOf, takeAway } from './native/install.js'
import { freeMiB, releaseForDriver, toolsHere } from './native/machine.js'
import { adding, rootOf } from './native/package.js'
import { type NativeKind, packages, releases, version } from './native/releases.js'
import { type CommandOptions, command } from './native/work.js'

export interface NativeOptions {
  readonly tensorflow?: string
  /** Whether npm's own download is left alone. */
  readonly build?: boolean
  /** Whether NVIDIA's libraries come along. */
  readonly cuda?: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

/** Installs tfjs-node or tfjs-node-gpu into the project that the command is called in, and says whether it computes what it should. */
export async function nativeInstall(kind: NativeKind, options: NativeOptions): Promise<void> {
  const plan = await planOf(kind, options)
  const before = isWhole(plan.root) && !options.build ? await check(plan).catch(() => undefined) : undefined
  const there = before && works(before) && (options.tensorflow ?? before.tensorflow) === before.tensorflow
  if (there) {
    tell(plan, plan.root!, 'there', before, options)
    return
  }
  await agree(plan, options)
  const { root, origin, checked } = await withSignals(kind, async signal => {
    const began = performance.now()
    const say = (line: string) => console.error(chalkStderr.dim(`[${Math.round((performance.now() - began) / 1000)} s] ${line}`))
    const show = process.stderr.isTTY
    const { root, origin } = await carryOut(plan, { signal, show }, say)
    try {
      const checked = await check(plan, { signal })
      if (!works(checked)) throw plainError('native-wrong', `it computes otherwise than it should: ${checked.wrong.join(', ')}`)
      return { root, origin, checked }
    } catch (cause) {
      if (signal.aborted) throw cause
      takeAway(plan, root)
      throw plainError('native-wrong', `${packages[kind]} was installed, and taken away again: ${(cause as Error).message}`, {
        cause,
      })
    }
  })
  tell(plan, root, origin, checked, options)
}

async function planOf(kind: NativeKind, { tensorflow, build = false, cuda = true }: NativeOptions): Promise<Plan> {
  if (!(kind in packages)) throw plainError('native-unknown', `There is no native package for ${kind}; expected cpu or gpu.`)
  const project = projectFolder()
  if (!project)
    throw plainError('no-project', 'There is no project here, neither in this folder nor above it: npm init -y makes one.')
  const choice = tensorflow
    ? { release: releaseOf(tensorflow) }
    : kind === 'gpu'
      ? await releaseForDriver(releases)
      : { release: releases[0] }
  if ('because' in choice) console.error(`TensorFlow ${choice.release.tensorflow}: ${choice.because}.`)
  const { release } = choice
  const { tools, missing } = await toolsHere()
  return {
    ...{ kind, release, project, tools, missing },
    cuda: kind === 'gpu' && cuda,
    root: rootOf(project, packages[kind]),
    cache: join(cacheFolder()!, 'native'),
    // Its download is of the version that it was made for.
    own: !build && release === releases[0],
  }
}

/** Says what will be done and asks for it. @throws Error where nobody can be asked, or room or tools are wanting */
async function agree(plan: Plan, { yes = false }: NativeOptions): Promise<void> {
  const { kind, release, project, root, own, tools, missing, cuda, cache } = plan
  if (!own && !tools) throw plainError('native-needs', `An addon cannot be built here: it needs ${missing.join('; ')}.`)
  const { download, takes } = sizesOf(plan)
  const size = (MiB: number) => (MiB < 1024 ? `${MiB} MiB` : `${(MiB / 1024).toFixed(1)} GiB`)
  // The wheels and what is unpacked of them are there at once, and another disk gets copies.
  const [room, wanted] = [await freeMiB(cache), download + takes]
  if (room < wanted)
    throw plainError(
      'no-room',
      `${cache} has room for ${size(room)}, and building takes ${size(wanted)}. ONECYCLE_CACHE names another folder.`,
    )
  const steps = [
    !root && `${adding(project, packages[kind]).join(' ')}   in ${project}`,
    own && "its own download of TensorFlow's library and of an addon, where that can be reached",
    tools
      ? `${own ? 'else ' : ''}TensorFlow ${release.tensorflow} of PyPI${cuda ? " with NVIDIA's libraries, under NVIDIA's licence" : ''}, by ${tools.python} -m pip, and the addon compiled by ${tools.compiler}: a download of ${size(download)}, unless it was built before`
      : `no building where that fails: it needs ${missing.join('; ')}`,
    'its kernels and gradients held against plain JavaScript',
  ].filter(step => typeof step === 'string')
  console.error(
    [
      `${packages[kind]} ${version}, the backend ${kind === 'gpu' ? 'node-gpu' : 'node'}:`,
      ...steps.map((step, i) => `  ${i + 1}. ${step}`),
      `It takes ${size(takes)} in ${cache}, which the project shares where it lies on the same disk.`,
    ].join('\n'),
  )
  if (yes) return
  if (!process.stdin.isTTY) throw plainError('not-confirmed', 'Nobody is here to be asked whether to do this: say so with --yes.')
  if (!(await confirmed('Go on?'))) throw plainError('not-confirmed', 'Nothing was done.')
}

/** Runs work that Ctrl-C and SIGTERM end, which then ends as an interrupted training does. */
async function withSignals<Result>(kind: NativeKind, work: (signal: AbortSignal) => Promise<Result>): Promise<Result> {
  const controller = new AbortController()
  let heard: ProcessSignal | undefined
  const release = onSignals(signal => {
    heard ??= signal
    controller.abort()
  })
  try {
    return await work(controller.signal)
  } catch (error) {
    if (!heard) throw error
    const { InterruptedError } = await import('@onecycle/learner')
    throw new InterruptedError(heard, `native install ${kind}; what was fetched is kept for the next time`)
  } finally {
    release()
  }
}

/** Loads what is installed in a process of its own, and compares what it computes. @throws Error with why it does not load */
async function check({ kind, project }: Plan, options: CommandOptions = {}): Promise<Checked> {
  const program = fileURLToPath(new URL('native/check.js', import.meta.url))
  // What the library itself says would stand between the lines.
  const told = await command(process.execPath, [program, kind, project], { ...options, cwd: project, show: false })
  const found = JSON.parse(told.trim().split('\n').at(-1)!) as Checked | { fails: string }
  if ('fails' in found) throw plainError('native-wrong', found.fails)
  return found
}

function works({ wrong, left }: Checked): boolean {
  return wrong.length === 0 && left === 0
}

function tell({ kind }: Plan, folder: string, origin: Origin, checked: Checked, { json = false }: NativeOptions): void {
  const name = packages[kind]
  const { tensorflow, detail, kernels, error, worst, cuda } = checked
  if (json) {
    console.log(JSON.stringify({ package: name, version, folder, origin, ...checked }, null, 2))
    return
  }
  const how = { there: 'was there already', npm: "came by npm's own download", cache: 'was built before', built: 'is built' }[
    origin
  ]
  const next =
    kind === 'gpu' && !cuda ? 'doctor   says how the rest comes' : 'doctor --measure   says whether it is the fastest here'
  const lines = [
    `${chalk.green('✔')} ${name} ${version} ${how}, in ${folder}`,
    `  TensorFlow ${tensorflow}, ${detail}`,
    `  ${kernels} kernels and gradients are within ${error.toExponential(1)} of plain JavaScript's (${worst}), and leave no tensor behind`,
    `  npx onecycle ${next}`,
  ]
  console.log(lines.join('\n'))
}
