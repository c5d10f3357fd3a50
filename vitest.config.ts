import { readdirSync, readFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const source = (name: string, file = 'index.ts') => fileURLToPath(new URL(`./packages/${name}/src/${file}`, import.meta.url))

/**
 * Test files that share a process with others, one after the other: to start one and to load TensorFlow.js takes three times as long as most
 * files' tests. Tests of kernels share one with wasm; those of `distributed`, of the umbrella and of the site, most of which have programs and
 * pages do the work, one that has no backend before they start one; others have cpu alone. A file has a process of its own in the rest of
 * `backend`, and where it says so: by a mock of a module, which others have loaded already, or by a line `// Alone: …` with the reason.
 * `backend/src/testing/surroundings.ts` sees to it that the others leave nothing behind.
 */
const sharing = (folders: readonly string[]) =>
  folders.flatMap(folder => {
    const files = (readdirSync(new URL(folder, import.meta.url), { recursive: true }) as string[]).map(
      file => `${folder}/${file.replaceAll('\\', '/')}`,
    )
    const alone = (file: string) =>
      /^\/\/ Alone: |\bvi\.(mock|doMock|resetModules)\(/m.test(readFileSync(new URL(file, import.meta.url), 'utf8'))
    return files.filter(file => file.endsWith('.test.ts') && !alone(file))
  })
const starters = sharing([
  'packages/onecycle/src',
  'packages/onecycle/test',
  'packages/distributed/src',
  'packages/distributed/test',
  'site',
])
const kernels = sharing(['composed', 'compiled'].map(name => `packages/backend/src/wasm/${name}`))
/**
 * `ONECYCLE_TEST_BACKEND=node npx vitest run` runs some of the others alone, on that backend: those that train or compute with tensors, and
 * choose no backend themselves.
 */
const elsewhere = Boolean(process.env['ONECYCLE_TEST_BACKEND'])
const independent = (file: string) => {
  const text = readFileSync(new URL(file, import.meta.url), 'utf8')
  return /tfjs|\bLearner\b|\buseCpu\b/.test(text) && !/\b(set|use|remove|register)Backend\(|useTensorFlowStandIn\(/.test(text)
}
const others = sharing(
  ['callbacks', 'data', 'learner', 'platform', 'plot', 'recorder'].map(name => `packages/${name}/src`),
).filter(file => !elsewhere || independent(file))
const testing = 'packages/backend/src/testing'
const browsers = 'packages/onecycle/test/browsers.ts'

/** Files that start programs and browsers take longest: begun last, one of them would leave the other cores idle. Those that share come last. */
class ProgramsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const order = ['starters', 'programs', 'alone', 'kernels', 'shared']
    const startsPrograms = (id: string) => /\/packages\/onecycle\/test\/|\/examples\/|\/benchmarks\//.test(id)
    const rank = ({ moduleId, project: { name } }: TestSpecification) =>
      order.indexOf(name === 'alone' && startsPrograms(moduleId) ? 'programs' : name)
    return (await super.sort(files)).toSorted((a, b) => rank(a) - rank(b))
  }
}

export default defineConfig({
  resolve: {
    alias: [
      // The half that package.json's imports choose in Node.
      { find: /^#(\w+)\/(.+)\.js$/, replacement: source('$1', 'node/$2.ts') },
      { find: /^@onecycle\/backend\/wasm\/(inline|internal)$/, replacement: source('backend', 'wasm/$1.ts') },
      { find: /^@onecycle\/backend\/wasm$/, replacement: source('backend', 'wasm/index.ts') },
      { find: '@onecycle/backend/internal/project', replacement: source('backend', 'node/project.ts') },
      { find: '@onecycle/plot/internal/html', replacement: source('plot', 'html.ts') },
      { find: /^@onecycle\/(\w+)\/internal$/, replacement: source('$1', 'internal.ts') },
      { find: /^@onecycle\/(\w+)$/, replacement: source('$1') },
      { find: /^@onecycle\/distributed\/sweep$/, replacement: source('distributed', 'sweep/index.ts') },
      { find: /^@onecycle\/learner\/inference$/, replacement: source('learner', 'inference.ts') },
      { find: /^@onecycle\/learner\/tensor-methods$/, replacement: source('learner', 'model/tensor-methods.ts') },
      { find: /^onecycle\/(page|worker)$/, replacement: source('onecycle', '$1/index.ts') },
      { find: /^onecycle\/(inline|inference|tf)$/, replacement: source('onecycle', '$1.ts') },
      { find: /^onecycle$/, replacement: source('onecycle') },
    ],
  },
  test: {
    projects: [
      {
        extends: true,
        test: {
          name: 'alone',
          include: elsewhere ? [] : ['packages/*/{src,test}/**/*.test.ts', 'examples/**/*.test.ts', 'benchmarks/**/*.test.ts'],
          exclude: ['**/node_modules/**', ...starters, ...kernels, ...others],
          globalSetup: browsers,
        },
      },
      {
        extends: true,
        test: {
          name: 'starters',
          include: elsewhere ? [] : starters,
          isolate: false,
          setupFiles: [`${testing}/shared-by-starters.ts`],
          globalSetup: browsers,
        },
      },
      {
        extends: true,
        test: {
          name: 'kernels',
          include: elsewhere ? [] : kernels,
          isolate: false,
          setupFiles: [`${testing}/start-wasm.ts`, `${testing}/shared-process.ts`],
        },
      },
      { extends: true, test: { name: 'shared', include: others, isolate: false, setupFiles: [`${testing}/shared-process.ts`] } },
    ],
    setupFiles: ['vitest.setup.ts'],
    // All of the machine, where vitest leaves a core to itself; and one more, since many tests wait for programs, which wait themselves.
    maxWorkers: availableParallelism() + 1,
    sequence: { sequencer: ProgramsFirst },
    testTimeout: 60_000,
    coverage: { include: ['packages/*/src/**'], exclude: ['**/*.test.ts'] },
  },
})
