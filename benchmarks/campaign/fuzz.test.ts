import { expect, it } from 'vitest'
import { fuzz } from './fuzz.js'

it('no spoiled or hostile file is taken, takes more than twice its size in memory, or hangs', async () => {
  const { size, rows } = await fuzz(216)
  for (const [name, { files, refused, otherNumbers, otherWords, memory }] of Object.entries(rows)) {
    expect({ name, refused, otherNumbers, otherWords }).toEqual({ name, refused: files, otherNumbers: 0, otherWords: [] })
    // The rest is the process's own. NaN where the system does not say it.
    if (!name.startsWith('hostile')) expect(memory, name).not.toBeGreaterThan(2 * size + 2 ** 20)
  }
}, 240_000)
