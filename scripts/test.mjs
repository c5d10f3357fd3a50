// npm test: installs, builds, checks and tests everything. The last line is `N passed, N failed`; arguments go to vitest.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countTests } from './count-tests.mjs'
import { binOf, build, install, laterNode, main, run, StepFailed, secondsSince, tool, turbo } from './steps.mjs'

const quiet = true

const checks = {
  types: () => tool('tsc', ['--noEmit', '-p', 'tsconfig.check.json'], { quiet }),
  biome: () => tool('biome', ['check', '--colors=off', '.'], { quiet }),
  knip: () => tool('knip', [], { quiet }),
  publint: () => turbo('publint', { quiet }),
}

await main(async () => {
  await install()
  let passed = 0
  let failed = 0
  const add = counts => {
    passed += counts.passed
    failed += counts.failed
  }
  const builds = await step('build', async () => {
    await build()
    return { code: 0, output: '' }
  })
  if (!builds) failed++
  for (const [name, check] of Object.entries(checks)) if (!(await step(name, check))) failed++

  const chosen = process.argv.slice(2)
  add(await test('tests', args => tool('vitest', [...args, ...chosen], { quiet })))
  // The kernels for vectors of 256 bits run on the engines of Node 24 and later alone.
  if (chosen.length === 0 && Number(process.versions.node.split('.')[0]) < 24) {
    const { path, missing } = await laterNode()
    if (path) add(await test('node 24', args => run(path, [binOf('vitest'), ...args, 'packages/backend'], { quiet })))
    else console.log(`skipped node 24  the kernels for vectors of 256 bits: ${missing}`)
  }
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
})

/** Runs a suite, and counts its tests. `suite` gets vitest's arguments. */
async function test(name, suite) {
  const folder = mkdtempSync(join(tmpdir(), 'onecycle-test-'))
  const report = join(folder, 'report.json')
  const counts = { passed: 0, failed: 1 }
  await step(name, async () => {
    const result = await suite(['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`])
    Object.assign(counts, countTests(read(report), result.code))
    return result
  })
  rmSync(folder, { recursive: true, force: true })
  return counts
}

/** Runs one step and prints its line; a failing step's whole output comes before it. Tells whether it passed. */
async function step(name, work) {
  const began = performance.now()
  let result
  try {
    result = await work()
  } catch (error) {
    if (!(error instanceof StepFailed)) throw error
    result = { code: error.code, output: error.message }
  }
  const passes = result.code === 0
  if (!passes) console.log(`${result.output.trimEnd()}\n`)
  console.log(`${passes ? 'ok    ' : 'FAILED'} ${name.padEnd(8)} ${secondsSince(began)}`)
  return passes
}

function read(report) {
  try {
    return JSON.parse(readFileSync(report, 'utf8'))
  } catch {
    return undefined
  }
}
