/**
 * Passed and failed tests in vitest's JSON report. A file that could not be run counts as one failed test, and so does a run
 * that failed with no failed test to show for it, such as one that was killed or left an error unhandled.
 */
export function countTests(report, exitCode) {
  if (!report) return { passed: 0, failed: 1 }
  const broken = report.testResults.filter(
    file => file.status === 'failed' && !file.assertionResults.some(test => test.status === 'failed'),
  )
  const failed = report.numFailedTests + broken.length
  return { passed: report.numPassedTests, failed: failed === 0 && exitCode !== 0 ? 1 : failed }
}
