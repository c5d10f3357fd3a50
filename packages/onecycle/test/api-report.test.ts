import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './run-program.js'

const { apiReports, reportFile } = await import(join(root, 'scripts/api-report.mjs'))
const reports: Map<string, string> = apiReports()

test.each([...reports.keys()])(
  'what %s offers is what its report says; `npm run api` writes it anew where that is meant',
  name => {
    const file = join(root, reportFile(name))
    expect(existsSync(file) ? readFileSync(file, 'utf8') : 'There is no report.').toBe(reports.get(name))
  },
)

test('a report has what a name is made of, and neither comments nor what is private', () => {
  const learner = reports.get('learner')!
  expect(learner).toMatch(/^export declare class Learner /m)
  expect(learner).toContain('fit_one_cycle(n: number')
  expect(learner).not.toContain('/**')
  expect([...reports.values()].join('\n')).not.toMatch(/^\s+(private |#private)/m)
  expect(reports.get('data')).toContain('export declare namespace tfms {')
  expect(reports.get('onecycle')).toMatch(/^ {2}Learner,$/m)
})
