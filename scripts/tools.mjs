// Runtimes, package managers and bundlers that the tests try onecycle with, from npm, and readers of its files, from PyPI, and TensorFlow's library. Nobody needs them to
// use or to change it, so they are no dependencies: `node scripts/tools.mjs` fetches them into a cache beside the checkout, or those alone
// that it is given by name, and a test of one that is not there is left out.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build, install, npm, root, run } from './steps.mjs'

const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'onecycle-tools')

const node = version => [`node-${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}@${version}`]

/** The packages of each. */
const tools = {
  'node 20': node('20.20.2'),
  'node 22': node('22.23.5'),
  'node 24': node('24.21.0'),
  'node 26': node('26.12.1'),
  deno: ['deno@2.9.6'],
  bun: ['bun@1.4.5'],
  pnpm: ['pnpm@12.21.0'],
  yarn: ['@yarnpkg/cli-dist@4.18.1'],
  webpack: ['webpack@5.113.0'],
  // TensorFlow.js's backends for graphics processors, which a page imports itself.
  webgl: ['@tensorflow/tfjs-backend-webgl@4.22.0'],
  webgpu: ['@tensorflow/tfjs-backend-webgpu@4.22.0'],
  // Reads the models that are exported for others.
  onnxruntime: ['onnxruntime-web@1.30.0'],
  // A Jupyter kernel that runs TypeScript in Node.
  tslab: ['tslab@1.0.22'],
  rollup: ['rollup@4.68.8', '@rollup/plugin-node-resolve@16.0.3', '@rollup/plugin-commonjs@29.0.3'],
}

/** Packages of Python, with an interpreter that has them. */
const pythons = {
  python: ['safetensors==0.8.0', 'h5py==3.16.0', 'numpy==2.4.6'],
  tensorboard: ['tensorboard==2.21.0'],
  // Runs notebooks in the kernels.
  jupyter: ['nbclient==0.11.0'],
  // Each takes half a gigabyte and more with what it needs: fetched when it is named alone.
  mlflow: ['mlflow==3.17.2'],
  keras: ['keras==3.15.1', 'jax==0.10.2'],
}

/** TensorFlow's libraries for Node, which our own command line builds where Python has pip and there is a compiler. */
const natives = {
  'tfjs-node': ['@tensorflow/tfjs-node@4.22.0', 'tensorflow@2.9.1'],
  // Without NVIDIA's libraries: 0.5 GiB to download, 1 GiB on the disk. It computes on the processor.
  'tfjs-node-gpu': ['@tensorflow/tfjs-node-gpu@4.22.0', 'tensorflow@2.9.1'],
}
const nativeOptions = { 'tfjs-node': ['cpu'], 'tfjs-node-gpu': ['gpu', '--no-cuda', '--tensorflow', '2.9.1'] }

const onlyByName = ['keras', 'mlflow', 'tfjs-node-gpu']

const folderOf = name => join(cache, (pythons[name] ?? natives[name] ?? tools[name]).join('+').replaceAll('/', '-'))

/** The folder that a tool is installed in, and the file of its command; or why it is missing. */
export function findTool(name) {
  const folder = folderOf(name)
  const how = `node scripts/tools.mjs${onlyByName.includes(name) ? ` ${name}` : ''}`
  if (!existsSync(folder)) return { missing: `${name} is not here (${how} fetches it)` }
  if (name in pythons) return { folder, path: pythonOf(folder) }
  if (name in natives) return { folder, path: join(folder, 'node_modules/@tensorflow', name) }
  return { folder, path: join(folder, 'node_modules/.bin', name.split(' ')[0]) }
}

const pythonOf = folder => join(folder, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')

/** Fetches a tool unless it is here; the same answer, with npm's last word where it could not be had. */
export async function fetchTool(name) {
  const folder = folderOf(name)
  if (existsSync(folder)) return findTool(name)
  mkdirSync(cache, { recursive: true })
  const unfinished = mkdtempSync(join(cache, '.fetching-'))
  try {
    const { code, output } = await (name in pythons ? pip : name in natives ? buildNative : npmInstall)(unfinished, name).catch(
      error => ({
        code: 1,
        output: error.message,
      }),
    )
    const lines = output.trim().split('\n')
    if (code !== 0) return { missing: `${name} could not be fetched: ${lines.find(line => /^error: /.test(line)) ?? lines[0]}` }
    renameSync(unfinished, folder)
    return findTool(name)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

function npmInstall(cwd, name) {
  writeFileSync(join(cwd, 'package.json'), '{}')
  const options = ['--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=1', '--fetch-timeout=60000']
  return npm(['install', ...options, ...tools[name]], { quiet: true, cwd })
}

/** By the command line, which has to be built itself, and will be for the tests. */
async function buildNative(cwd, name) {
  writeFileSync(join(cwd, 'package.json'), '{}')
  await install()
  await build()
  const cli = join(root, 'packages/onecycle/dist/cli.js')
  const env = { ONECYCLE_CACHE: join(cwd, 'cache'), NO_COLOR: '1' }
  const { code, output } = await run(process.execPath, [cli, 'native', 'install', ...nativeOptions[name], '--build', '--yes'], {
    quiet: true,
    cwd,
    env,
  })
  // The build lies in the project; the cache has the same files again.
  rmSync(join(cwd, 'cache'), { recursive: true, force: true })
  return { code, output }
}

/** An environment finds its packages beside its interpreter, so that it may be moved afterwards. */
async function pip(folder, name) {
  const made = await run('python3', ['-m', 'venv', folder], { quiet: true })
  if (made.code !== 0) return made
  const options = ['--quiet', '--disable-pip-version-check', '--no-input', '--only-binary=:all:', '--retries=1']
  return run(pythonOf(folder), ['-m', 'pip', 'install', ...options, ...pythons[name]], { quiet: true })
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const named = process.argv.slice(2)
  const all = [...Object.keys(tools), ...Object.keys(pythons), ...Object.keys(natives)]
  const unknown = named.find(name => !all.includes(name))
  if (unknown) {
    console.error(`There is no ${unknown}; there are ${all.join(', ')}.`)
    process.exit(1)
  }
  for (const name of named.length > 0 ? named : all.filter(each => !onlyByName.includes(each))) {
    const { path, missing } = await fetchTool(name)
    console.log(path ? `here    ${name}` : `missing ${missing}`)
  }
}
