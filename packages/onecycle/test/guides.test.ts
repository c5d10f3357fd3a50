import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { type Ran, runAll } from './run-all.js'
import { root } from './run-program.js'
import { blocksOf } from './snippets.js'

/** Pages of which each program is whole: it imports what it uses, and finds in its folder what those before it on the page have written. */
const pages = [
  'browser',
  ...['fastai', 'keras', 'lightning', 'pytorch', 'tfjs'].map(system => `coming-from-${system}`),
  ...['deploy', 'imbalance', 'learning-rate', 'memory', 'not-learning', 'overfitting', 'own-callback', 'own-data', 'own-loss'],
  ...['own-metric', 'own-model', 'reproducibility', 'resume', 'speed', 'tutorial'],
].map(name => `docs/${name}.md`)

const programs = pages.flatMap(blocksOf)

describe('the programs of the guides', () => {
  let ran: Ran[]
  beforeAll(async () => {
    ran = await runAll(programs)
  }, 480_000)

  it.each(pages)('%s', page => {
    const own = ran.filter(({ where }) => where.startsWith(`${page}:`))
    expect(own.length).toBeGreaterThan(0)
    expect(own.flatMap(({ where, error }) => (error ? [`${where}: ${error}`] : []))).toEqual([])
  })
})

it('every row of the table of features says whether it is there, and leads to a page', () => {
  const rows = readFileSync(join(root, 'docs/features.md'), 'utf8')
    .split('\n')
    .filter(line => /^\| [^|]/.test(line) && line !== '| | | |')
  expect(rows.length).toBeGreaterThan(70)
  for (const row of rows) expect(row).toMatch(/^\| .+ \| [✓◐–] \| .*\]\([\w./#-]+\).* \|$/)
  expect(rows.filter(row => row.includes(' – ')).length).toBeGreaterThan(15)
})
