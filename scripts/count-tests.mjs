import { writeFileSync } from 'node:fs'

/** A reporter for vitest: writes what a run came to into the file that ONECYCLE_TEST_REPORT names. */
export default class CountReporter {
  onTestRunEnd(modules) {
    const report = { files: modules.map(module => ({ ok: module.ok(), tests: [...module.children.allTests()].map(outcome) })) }
    writeFileSync(process.env.ONECYCLE_TEST_REPORT, JSON.stringify(report))
  }
}

/** A test's state, and why it was left out: what it says to `skip`, or what ends its title or that of a group around it. */
function outcome(test) {
  const { state, note } = test.result()
  if (state !== 'skipped') return { state }
  const [, told, missing] =
    test.fullName
      .split(' > ')
      .join('\n')
      .match(/left out: (.*)$|\((there (?:is|are) no .*)\)$/m) ?? []
  return { state, reason: note ?? told ?? missing }
}

/**
 * Passed, failed and skipped tests of a run, and how many were skipped for each reason. A file that could not be run counts as one
 * failed test, and so does a run that failed with no failed test to show for it, such as one that was killed or left an error unhandled.
 */
export function countTests(report, exitCode) {
  if (!report) return { passed: 0, failed: 1, skipped: 0, reasons: {} }
  const tests = report.files.flatMap(file => file.tests)
  const count = state => tests.filter(test => test.state === state).length
  const broken = report.files.filter(file => !file.ok && !file.tests.some(test => test.state === 'failed')).length
  const failed = count('failed') + broken
  const reasons = {}
  for (const { state, reason = 'no reason given' } of tests) if (state === 'skipped') reasons[reason] = (reasons[reason] ?? 0) + 1
  return {
    passed: count('passed'),
    failed: failed === 0 && exitCode !== 0 ? 1 : failed,
    skipped: count('skipped'),
    reasons,
  }
}

/** The last line of npm test. */
export function totalLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped ? `, ${skipped} skipped` : ''}`
}
