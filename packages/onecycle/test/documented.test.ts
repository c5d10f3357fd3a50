import { join } from 'node:path'
import { expect, test } from 'vitest'
import { undocumented } from './documented.js'
import { root } from './run-program.js'

const { entries } = await import(join(root, 'scripts/entries.mjs'))

test('every public name has a docstring, and an example that shows it', () => {
  const { names, missing } = undocumented(entries())
  expect(names).toBeGreaterThan(700)
  expect(missing.map(({ what, name, entry, where }) => `${name} of ${entry} has no ${what} (${where})`)).toEqual([])
})
