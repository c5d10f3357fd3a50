import { beforeAll, describe, expect, it } from 'vitest'
import { type Ran, runAll } from './run-all.js'
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
  }, 240_000)

  it.each(pages)('%s', page => {
    const own = ran.filter(({ where }) => where.startsWith(`${page}:`))
    expect(own.length).toBeGreaterThan(0)
    expect(own.flatMap(({ where, error }) => (error ? [`${where}: ${error}`] : []))).toEqual([])
  })
})
