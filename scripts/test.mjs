// npm test: installs, builds, checks and tests everything. The last line is `N passed, N failed, N skipped`, the last part if there are any;
// why stands above it. Arguments go to vitest.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { countTests, totalLine } from './count-tests.mjs'
import { binOf, build, install, main, run, StepFailed, secondsSince, tool, turbo } from './steps.mjs'
import { fetchTool, findTool } from './tools.mjs'

const quiet = true

/** Looks at sources alone, so that it is done while the packages are built. */
const ofSources = {
  types: () => tool('tsc', ['--noEmit', '-p', 'tsconfig.check.json'], { quiet }),
  biome: () => tool('biome', ['check', '--colors=off', '.'], { quiet }),
}

/** Begun with the tests, which leave a core alone while they begin. */
const ofBuilds = {
  knip: () => tool('knip', [], { quiet }),
  publint: () => turbo('publint', { quiet }),
}

await main(async () => {
  await install()
  const total = { passed: 0, failed: 0, skipped: 0 }
  const reasons = {}
  const add = counts => {
    for (const key in total) total[key] += counts[key]
    for (const [reason, number] of Object.entries(counts.reasons)) reasons[reason] = (reasons[reason] ?? 0) + number
  }
  const steps = checks => Object.entries(checks).map(([name, check]) => step(name, check))
  const begun = steps(ofSources)
  const builds = await step('build', async () => {
    await build()
    return { code: 0, output: '' }
  })
  begun.push(...steps(ofBuilds))
  const chosen = process.argv.slice(2)
  add(await test('tests', (args, env) => tool('vitest', [...args, ...chosen], { quiet, env })))
  // The kernels for vectors of 256 bits run on the engines of Node 24 and later alone; what sources compile to is the same on all.
  if (chosen.length === 0 && Number(process.versions.node.split('.')[0]) < 24) {
    const { path, missing } = await fetchTool('node 24')
    if (path)
      add(await test('node 24', (args, env) => run(path, [binOf('vitest'), ...args, 'packages/backend/src'], { quiet, env })))
    else add({ passed: 0, failed: 0, skipped: 1, reasons: { [`the kernels for vectors of 256 bits: ${missing}`]: 1 } })
  }
  // Tests that take whatever backend there is run on TensorFlow's library, too.
  if (chosen.length === 0) {
    const { missing } = findTool('tfjs-node')
    const onNode = { ONECYCLE_TEST_BACKEND: 'node' }
    if (!missing) add(await test('on node', (args, env) => tool('vitest', args, { quiet, env: { ...env, ...onNode } })))
    else add({ passed: 0, failed: 0, skipped: 1, reasons: { [`tests on the backend node: ${missing}`]: 1 } })
  }
  const passes = [builds, ...(await Promise.all(begun))]
  total.failed += passes.filter(each => !each).length
  for (const [reason, number] of Object.entries(reasons)) console.log(`skipped ${String(number).padEnd(7)} ${reason}`)
  console.log(totalLine(total))
  return total.failed === 0 ? 0 : 1
})

/** Runs a suite, and counts its tests. `suite` gets vitest's arguments, and what its environment must have. */
async function test(name, suite) {
  const folder = mkdtempSync(join(tmpdir(), 'onecycle-test-'))
  const report = join(folder, 'report.json')
  const reporter = fileURLToPath(new URL('count-tests.mjs', import.meta.url))
  const counts = countTests(undefined, 1)
  await step(name, async () => {
    const result = await suite(['run', '--reporter=default', `--reporter=${reporter}`], { ONECYCLE_TEST_REPORT: report })
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
