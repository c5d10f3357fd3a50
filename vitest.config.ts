import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

const source = (name: string, file = 'index.ts') => fileURLToPath(new URL(`./packages/${name}/src/${file}`, import.meta.url))

/** Files that start programs and browsers take longest: begun last, one of them would leave the other cores idle. */
class ProgramsFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const startsPrograms = ({ moduleId }: TestSpecification) => /\/packages\/onecycle\/test\/|\/examples\//.test(moduleId)
    return (await super.sort(files)).toSorted((a, b) => Number(startsPrograms(b)) - Number(startsPrograms(a)))
  }
}

export default defineConfig({
  resolve: {
    alias: [
      // The half that package.json's imports choose in Node.
      { find: /^#(\w+)\/(.+)\.js$/, replacement: source('$1', 'node/$2.ts') },
      { find: /^@onecycle\/backend\/wasm\/inline$/, replacement: source('backend', 'wasm/inline.ts') },
      { find: /^@onecycle\/backend\/wasm$/, replacement: source('backend', 'wasm/index.ts') },
      { find: /^@onecycle\/(\w+)\/internal$/, replacement: source('$1', 'internal.ts') },
      { find: /^@onecycle\/(\w+)$/, replacement: source('$1') },
      { find: /^@onecycle\/learner\/inference$/, replacement: source('learner', 'inference.ts') },
      { find: /^@onecycle\/learner\/tensor-methods$/, replacement: source('learner', 'model/tensor-methods.ts') },
      { find: /^onecycle\/(page|worker)$/, replacement: source('onecycle', '$1/index.ts') },
      { find: /^onecycle\/(inline|inference|tf)$/, replacement: source('onecycle', '$1.ts') },
      { find: /^onecycle$/, replacement: source('onecycle') },
    ],
  },
  test: {
    include: ['packages/*/src/**/*.test.ts', 'packages/*/test/**/*.test.ts', 'examples/**/*.test.ts', 'benchmarks/**/*.test.ts'],
    setupFiles: ['vitest.setup.ts'],
    // All of the machine: vitest leaves a core to itself, which is half of two.
    maxWorkers: '100%',
    sequence: { sequencer: ProgramsFirst },
    testTimeout: 60_000,
    coverage: { include: ['packages/*/src/**'], exclude: ['**/*.test.ts'] },
  },
})
