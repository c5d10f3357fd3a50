import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root, runNode } from './run-program.js'

const { isInstalled, secondsSince } = await import(join(root, 'scripts/steps.mjs'))
const { countTests } = await import(join(root, 'scripts/count-tests.mjs'))

describe('npm start and npm test install only when something is missing', () => {
  const wanted = {
    packages: {
      '': { version: '1.0.0' },
      'node_modules/a': { version: '1.2.3' },
      'node_modules/other-system': { version: '1.0.0', optional: true },
      'node_modules/ours': { link: true, resolved: 'packages/ours' },
      'packages/ours': { version: '0.1.0' },
    },
  }
  const { '': _, 'node_modules/other-system': __, ...present } = wanted.packages

  test('all there, but for what another machine would need', () => {
    expect(isInstalled(wanted, { packages: present })).toBe(true)
  })

  test('more than was asked for is no reason', () => {
    expect(isInstalled(wanted, { packages: { ...present, 'node_modules/extra': { version: '9.0.0' } } })).toBe(true)
  })

  test.each([
    ['nothing was ever installed', undefined],
    ['one is missing', { packages: { ...present, 'node_modules/a': undefined } }],
    ['one has another version', { packages: { ...present, 'node_modules/a': { version: '1.2.4' } } }],
    ['the optional one has another version', { packages: { ...present, 'node_modules/other-system': { version: '0.9.0' } } }],
  ])('%s', (_why, installed) => {
    expect(isInstalled(wanted, installed && JSON.parse(JSON.stringify(installed)))).toBe(false)
  })
})

describe('npm test counts', () => {
  const file = (...states: string[]) => ({
    status: states.includes('failed') ? 'failed' : 'passed',
    assertionResults: states.map(status => ({ status })),
  })
  const report = (passed: number, failed: number, ...testResults: object[]) => ({
    numPassedTests: passed,
    numFailedTests: failed,
    testResults,
  })

  test('what vitest reports', () => {
    expect(countTests(report(2, 1, file('passed', 'failed'), file('passed')), 1)).toEqual({ passed: 2, failed: 1 })
  })

  test('a file that cannot be loaded as one failed test', () => {
    expect(countTests(report(1, 0, file('passed'), { status: 'failed', assertionResults: [] }), 1)).toEqual({
      passed: 1,
      failed: 1,
    })
  })

  test('a run without a failed test that fails all the same, such as for an unhandled error', () => {
    expect(countTests(report(1, 0, file('passed')), 1)).toEqual({ passed: 1, failed: 1 })
  })

  test('no report at all', () => {
    expect(countTests(undefined, 1)).toEqual({ passed: 0, failed: 1 })
  })

  test('nothing wrong', () => {
    expect(countTests(report(1, 0, file('passed')), 0)).toEqual({ passed: 1, failed: 0 })
  })
})

test('a step hands on the exit code, and its output when it is quiet', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'onecycle scripts '))
  try {
    const script = join(folder, 'a step.mjs')
    await writeFile(script, "console.log('out'); console.error('err'); process.exitCode = 7")
    const program = `import { node } from ${JSON.stringify(join(root, 'scripts/steps.mjs'))}
      console.log(JSON.stringify(await node([${JSON.stringify(script)}], { quiet: true })))`
    const { stdout } = await runNode(['--input-type=module', '-e', program])
    expect(JSON.parse(stdout)).toEqual({ code: 7, output: 'out\nerr\n' })
  } finally {
    await rm(folder, { recursive: true })
  }
})

test('secondsSince', () => {
  expect(secondsSince(performance.now() - 1230)).toBe('1.2 s')
})
