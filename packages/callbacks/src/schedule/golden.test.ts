import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { claims, compareTrace, systems } from '../testing/golden/index.js'

const packages = fileURLToPath(new URL('../../../', import.meta.url))

const table: Record<string, { traces: number; compared: number; numbers: number; error: number }> = {}

describe.each(systems)('%s', system => {
  const all = claims(system)
  const here = all.filter(({ compare }) => compare)
  const row = { traces: all.length, compared: 0, numbers: 0, error: 0 }
  table[system] = row

  it('has no trace that nothing compares', () => {
    expect(all.filter(({ compare, elsewhere }) => !compare && !elsewhere).map(({ name }) => name)).toEqual([])
  })

  it('leaves to other packages only what they have a test for', () => {
    const missing = all.filter(({ elsewhere }) => elsewhere && !existsSync(`${packages}${elsewhere}`))
    expect(missing).toEqual([])
  })

  it.each(here)('$name', async ({ name }) => {
    const { numbers, error, failures } = await compareTrace(system, name)
    expect(failures).toEqual([])
    expect(numbers).toBeGreaterThan(0)
    row.compared++
    row.numbers += numbers
    row.error = Math.max(row.error, error)
  })
})

afterAll(() => console.table(table))
