// Runtimes, package managers and bundlers that the tests try onecycle with, from npm. Nobody needs them to use or to change it, so they are
// no dependencies: `node scripts/tools.mjs` fetches them into a cache beside the checkout, and a test of one that is not there is left out.
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { npm } from './steps.mjs'

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
  'tsc 7': ['typescript@7.0.2'],
  pnpm: ['pnpm@12.21.0'],
  yarn: ['@yarnpkg/cli-dist@4.18.1'],
  webpack: ['webpack@5.113.0'],
  // TensorFlow.js's backends for graphics processors, which a page imports itself.
  webgl: ['@tensorflow/tfjs-backend-webgl@4.22.0'],
  webgpu: ['@tensorflow/tfjs-backend-webgpu@4.22.0'],
  // Reads the models that are exported for others.
  onnxruntime: ['onnxruntime-web@1.30.0'],
  rollup: ['rollup@4.68.8', '@rollup/plugin-node-resolve@16.0.3', '@rollup/plugin-commonjs@29.0.3'],
}

const folderOf = name => join(cache, tools[name].join('+').replaceAll('/', '-'))

/** The folder that a tool is installed in, and the file of its command; or why it is missing. */
export function findTool(name) {
  const folder = folderOf(name)
  if (!existsSync(folder)) return { missing: `${name} is not here (node scripts/tools.mjs fetches it)` }
  return { folder, path: join(folder, 'node_modules/.bin', name.split(' ')[0]) }
}

/** Fetches a tool unless it is here; the same answer, with npm's last word where it could not be had. */
export async function fetchTool(name) {
  const folder = folderOf(name)
  if (existsSync(folder)) return findTool(name)
  mkdirSync(cache, { recursive: true })
  const unfinished = mkdtempSync(join(cache, '.fetching-'))
  try {
    writeFileSync(join(unfinished, 'package.json'), '{}')
    const options = ['--no-audit', '--no-fund', '--loglevel=error', '--fetch-retries=1', '--fetch-timeout=60000']
    const { code, output } = await npm(['install', ...options, ...tools[name]], { quiet: true, cwd: unfinished })
    if (code !== 0) return { missing: `${name} could not be fetched: ${output.trim().split('\n')[0]}` }
    renameSync(unfinished, folder)
    return findTool(name)
  } finally {
    rmSync(unfinished, { recursive: true, force: true })
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  for (const name of Object.keys(tools)) {
    const { path, missing } = await fetchTool(name)
    console.log(path ? `here    ${name}` : `missing ${missing}`)
  }
}
