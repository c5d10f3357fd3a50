import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './run-program.js'

/** Lines of code: neither empty nor a comment. */
const linesOf = (code: string) => code.split('\n').filter(line => !/^\s*(?:#|\/\/|$)/.test(line)).length

test('a job of a table takes at most one and a half times the lines that it takes with fastai', () => {
  const text = readFileSync(join(root, 'docs/tables.md'), 'utf8')
  const counted = text.split(/^##+ /m).flatMap(section => {
    const [ours, theirs] = ['ts', 'python'].map(
      language => new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\``, 'm').exec(section)?.[1],
    )
    return ours && theirs ? [{ job: section.split('\n')[0]!, theirs: linesOf(theirs), ours: linesOf(ours) }] : []
  })
  expect(counted.length).toBeGreaterThan(7)
  const rows = [...text.matchAll(/^\| ([^|]+?) \| +(\d+) \| +(\d+) \|$/gm)]
  expect(rows.map(([, job, theirs, ours]) => ({ job, theirs: Number(theirs), ours: Number(ours) }))).toEqual(counted)
  for (const { job, theirs, ours } of counted) expect(ours / theirs, job).toBeLessThanOrEqual(1.5)
})
