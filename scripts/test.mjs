// npm test: installs, builds, checks and tests everything. The last line is `N passed, N failed`; arguments go to vitest.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { countTests } from './count-tests.mjs'
import { build, install, main, StepFailed, secondsSince, tool, turbo } from './steps.mjs'

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
  const builds = await step('build', async () => {
    await build()
    return { code: 0, output: '' }
  })
  if (!builds) failed++
  for (const [name, check] of Object.entries(checks)) if (!(await step(name, check))) failed++

  const folder = mkdtempSync(join(tmpdir(), 'onecycle-test-'))
  const report = join(folder, 'report.json')
  const counts = { passed: 0, failed: 1 }
  await step('tests', async () => {
    const args = ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)]
    const result = await tool('vitest', args, { quiet })
    Object.assign(counts, countTests(read(report), result.code))
    return result
  })
  rmSync(folder, { recursive: true, force: true })
  passed += counts.passed
  failed += counts.failed
  console.log(`${passed} passed, ${failed} failed`)
  return failed === 0 ? 0 : 1
})

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
