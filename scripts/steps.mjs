// What npm start, npm test and npm run bench share. Plain Node: these scripts run before anything is installed.
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))

/** Seconds since `began`, for people. */
export function secondsSince(began) {
  return `${((performance.now() - began) / 1000).toFixed(1)} s`
}

/**
 * Installs the dependencies unless what is installed is what package-lock.json asks for. npm notes what it installed in
 * node_modules/.package-lock.json when it is done, so an interrupted installation is noticed too.
 */
export async function install() {
  if (isInstalled(readJson('package-lock.json'), readJson('node_modules/.package-lock.json'))) return
  console.log('Installing the dependencies (once) ...')
  const began = performance.now()
  // Not npm ci: it refuses a lock file that lacks a dependency for another operating system, as npm writes them when its registry
  // lacks it. With --no-save the lock file decides just the same, and is left as it is.
  const { code } = await npm(['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'])
  if (code !== 0) throw new StepFailed('npm install failed; its message is above.', code)
  console.log(`Installed in ${secondsSince(began)}.`)
}

/** Whether `installed` has all that `wanted` must have. Packages for other machines are optional, and may be absent. */
export function isInstalled(wanted, installed) {
  if (!wanted || !installed) return false
  return Object.entries(wanted.packages).every(([path, { version, optional, devOptional, peer }]) => {
    if (path === '') return true
    const present = installed.packages[path]
    return present ? present.version === version : Boolean(optional || devOptional || peer)
  })
}

/** Builds every package, those that are up to date in no time. Shows turbo's output only when it fails. */
export async function build() {
  const patience = setTimeout(() => console.log('Building the packages ...'), 1500)
  const { code, output } = await turbo('build', { quiet: true }).finally(() => clearTimeout(patience))
  if (code !== 0) throw new StepFailed(`${output}\nThe build failed; its output is above.`, code)
}

/** Runs a task of turbo.json over the packages. */
export function turbo(task, options) {
  return tool('turbo', ['run', task, '--output-logs=errors-only', '--no-update-notifier'], options)
}

/** Runs a program that a dependency brings, by the name of its command. */
export function tool(name, args, options) {
  return node([binOf(name), ...args], options)
}

/** Runs npm: the one that runs this script, else the one on the path. */
export function npm(args, options) {
  const cli = process.env.npm_execpath
  return cli?.endsWith('.js') ? node([cli, ...args], options) : run('npm', args, options)
}

export function node(args, options) {
  return run(process.execPath, args, options)
}

/**
 * Runs a command, at the root unless told otherwise. The terminal is passed through, or, when quiet, the output is kept and returned. Ctrl-C goes to
 * the command alone, which ends in its own way; so this process waits for it.
 *
 * @returns {Promise<{ code: number, output: string }>}
 */
export function run(command, args, { quiet = false, env = {}, cwd = root } = {}) {
  const ignore = () => {}
  process.on('SIGINT', ignore)
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      stdio: quiet ? ['ignore', 'pipe', 'pipe'] : 'inherit',
      env: { ...process.env, TURBO_TELEMETRY_DISABLED: '1', DO_NOT_TRACK: '1', ...env },
      shell: process.platform === 'win32' && command === 'npm',
    })
    let output = ''
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', text => {
        output += text
      })
    }
    child.on('error', reject)
    child.on('close', (code, signal) => resolve({ code: code ?? (signal === 'SIGINT' ? 130 : 1), output }))
  }).finally(() => process.removeListener('SIGINT', ignore))
}

/** A step that ended the script, with the exit code to end with. */
export class StepFailed extends Error {
  constructor(message, code) {
    super(message)
    this.code = code
  }
}

/** Runs a script's work; a failed step is told in one line, and decides the exit code. */
export async function main(work) {
  try {
    process.exitCode = await work()
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error
    console.error(error.message)
    process.exitCode = error.code
  }
}

/** The script of a command that a dependency brings. */
export function binOf(name) {
  const owner = { tsc: 'typescript-7', biome: '@biomejs/biome' }[name] ?? name
  const folder = join(root, 'node_modules', owner)
  const { bin } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  return join(folder, typeof bin === 'string' ? bin : bin[name])
}

function readJson(path) {
  const file = join(root, path)
  return existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined
}
