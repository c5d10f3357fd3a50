import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { afterAll, beforeAll, expect, type TestContext, test } from 'vitest'
import { noChromium, openPage } from '../chromium.js'
import { npm, root, run } from '../run-program.js'
import { packAll, type Registry, startRegistry } from './registry.js'

const { findTool } = await import(join(root, 'scripts/tools.mjs'))

const page = await readFile(join(root, 'docs/installing.md'), 'utf8')

/** The programs of the page, by the name in their first line. */
const programs = [...page.matchAll(/^```\w+\n(?:\/\/|<!--) (\S+\.\w+).*\n([\s\S]*?)^```/gm)].map(
  ([, name, text]) => [name!, text!] as const,
)

/** The commands of the page, by the heading above them. */
const sections = [...page.matchAll(/^## (.*)\n([\s\S]*?)(?=^## |$(?![\s\S]))/gm)].flatMap(([, heading, text]) => {
  const commands = text!.match(/^```sh\n([\s\S]*?)^```/m)?.[1]
  return commands ? [[heading!, commands] as const] : []
})

const tools: Record<string, string> = { pnpm: 'pnpm', Yarn: 'yarn', Bun: 'bun', Deno: 'deno' }

/** Why nothing can be installed. */
const offline = await fetch((await npm(root, ['config', 'get', 'registry'])).trim(), {
  signal: AbortSignal.timeout(10_000),
}).then(
  () => undefined,
  () => "npm's registry is out of reach",
)

let folder: string
let registry: Registry
beforeAll(async () => {
  if (offline) return
  folder = await mkdtemp(join(tmpdir(), 'onecycle installing '))
  registry = await startRegistry(folder, await packAll(folder))
}, 60_000)
afterAll(async () => {
  if (offline) return
  registry.close()
  await rm(folder, { recursive: true, force: true })
})

/** Runs commands as a person does in an empty folder, with the page's programs beside them. */
async function runCommands(name: string, commands: string, tool?: string) {
  const cwd = join(folder, name)
  await mkdir(cwd)
  for (const [file, text] of programs) await writeFile(join(cwd, file), text)
  // What npm has seen in a section before it need not ask for again.
  await writeFile(
    join(cwd, '.npmrc'),
    `registry=${registry.url}\nprefer-offline=true\naudit=false\nfund=false\nupdate-notifier=false\n`,
  )
  // A home of their own: package managers keep what they have seen of a version, and this one is not yet out.
  const home = join(folder, 'home')
  const settings = {
    HOME: home,
    XDG_CACHE_HOME: join(home, '.cache'),
    PATH: [...(tool ? [dirname(findTool(tool).path)] : []), process.env['PATH']].join(delimiter),
    YARN_NPM_REGISTRY_SERVER: registry.url.replace(/\/$/, ''),
    YARN_UNSAFE_HTTP_WHITELIST: '127.0.0.1',
    YARN_ENABLE_TELEMETRY: '0',
    NO_COLOR: '1',
  }
  // What npm tells the programs that it runs, as in npm test, is not for others.
  const own = Object.keys(process.env).filter(key => /^(npm_|INIT_CWD|VITEST|NODE_ENV|CI$)/i.test(key))
  return run('env', [...own.map(key => `--unset=${key}`), 'bash', '-e', '-c', commands], { cwd, env: settings })
}

test.for(sections)('docs/installing.md: %s', { timeout: 300_000 }, async ([name, commands], { skip }) => {
  const tool = tools[name]
  const missing = offline ?? (tool && findTool(tool).missing)
  skip(missing !== undefined, missing)
  const { stdout, stderr, code } = await runCommands(name, commands, tool)
  expect(code, stdout + stderr).toBe(0)
  if (commands.includes('esbuild')) return expectPageTrains(join(folder, name), skip)
  const trainings = commands.split('\n').filter(line => /(node|bun|tsx|read) \S*\.(mjs|cjs|ts)$/.test(line)).length
  expect(stdout.match(/valid_loss/g), stdout).toHaveLength(trainings)
  expect(stderr.match(/^onecycle: backend wasm \(.*compiled training kernels/gm), stderr).toHaveLength(trainings)
})

async function expectPageTrains(site: string, skip: TestContext['skip']): Promise<void> {
  skip(noChromium !== undefined, noChromium)
  const { page, errors, lines, elsewhere, close } = await openPage(site)
  try {
    await expect.poll(() => page.textContent('body'), { timeout: 60_000 }).toMatch(/^valid_loss [\d.]+$/)
    expect(lines).toContainEqual(expect.stringMatching(/^onecycle: backend wasm \(.*compiled training kernels/))
    expect([errors, elsewhere]).toEqual([[], []])
  } finally {
    await close()
  }
}

test('the page has programs, and commands for each way', () => {
  expect(programs.map(([name]) => name)).toEqual(['train.mjs', 'train.cjs', 'index.html'])
  expect(sections.map(([name]) => name)).toEqual(expect.arrayContaining(['npm', ...Object.keys(tools), 'TypeScript']))
})
