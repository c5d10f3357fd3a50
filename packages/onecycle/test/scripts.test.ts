import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { root, runNode } from './run-program.js'

const { binOf, isInstalled, secondsSince } = await import(join(root, 'scripts/steps.mjs'))
const { countTests, totalLine } = await import(join(root, 'scripts/count-tests.mjs'))

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
  const file = (...states: string[]) => ({ ok: !states.includes('failed'), tests: states.map(state => ({ state })) })
  const none = { skipped: 0, reasons: {} }

  test('what passed and what failed', () => {
    expect(countTests({ files: [file('passed', 'failed'), file('passed')] }, 1)).toEqual({ passed: 2, failed: 1, ...none })
  })

  test('a file that cannot be loaded as one failed test', () => {
    const broken = { ok: false, tests: [] }
    expect(countTests({ files: [file('passed'), broken] }, 1)).toEqual({ passed: 1, failed: 1, ...none })
  })

  test('a run without a failed test that fails all the same, such as for an unhandled error', () => {
    expect(countTests({ files: [file('passed')] }, 1)).toEqual({ passed: 1, failed: 1, ...none })
  })

  test('no report at all', () => {
    expect(countTests(undefined, 1)).toEqual({ passed: 0, failed: 1, ...none })
  })

  test('nothing wrong', () => {
    expect(countTests({ files: [file('passed')] }, 0)).toEqual({ passed: 1, failed: 0, ...none })
  })

  test('what was skipped, each reason once', () => {
    const skipped = (reason?: string) => ({ state: 'skipped', reason })
    const tests = [skipped('no Chromium'), { state: 'passed' }, skipped('no Chromium'), skipped()]
    expect(countTests({ files: [{ ok: true, tests }] }, 0)).toEqual({
      passed: 1,
      failed: 0,
      skipped: 3,
      reasons: { 'no Chromium': 2, 'no reason given': 1 },
    })
  })

  test('in its last line, skipped tests if there are any', () => {
    expect(totalLine({ passed: 7, failed: 0, skipped: 0 })).toBe('7 passed, 0 failed')
    expect(totalLine({ passed: 7, failed: 1, skipped: 2 })).toBe('7 passed, 1 failed, 2 skipped')
  })

  test('what vitest says to its reporter: passed, failed, not loaded, and left out for a reason', async () => {
    const folder = await mkdtemp(join(root, 'node_modules', '.counted-'))
    try {
      await writeFile(join(folder, 'vitest.config.js'), 'export default { test: { exclude: [] } }')
      await writeFile(join(folder, 'broken.test.js'), "throw new Error('not loaded')")
      await writeFile(
        join(folder, 'a.test.js'),
        `import { describe, test } from 'vitest'
        test('passes', () => {})
        test('fails', () => { throw new Error('fails') })
        test('says why', ({ skip }) => skip(true, 'no such machine'))
        describe.skip('a group, left out: no network', () => test('of one', () => {}))
        describe.skip('a page (there is no browser (apt has one))', () => test('of one', () => {}))`,
      )
      const report = join(folder, 'report.json')
      const reporter = `--reporter=${join(root, 'scripts/count-tests.mjs')}`
      const env = { ONECYCLE_TEST_REPORT: report }
      const { code } = await runNode([binOf('vitest'), 'run', '--root', folder, reporter], { env })
      expect(countTests(JSON.parse(await readFile(report, 'utf8')), code)).toEqual({
        passed: 1,
        failed: 2,
        skipped: 3,
        reasons: { 'no such machine': 1, 'no network': 1, 'there is no browser (apt has one)': 1 },
      })
    } finally {
      await rm(folder, { recursive: true })
    }
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
