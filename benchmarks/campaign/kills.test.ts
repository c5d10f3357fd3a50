import { expect, it } from 'vitest'
import { killTrainings } from './kills.js'

it.each([{ kills: 4 }, { kills: 6, techniques: true, threads: 2 }])(
  'a training that is killed again and again ends at the bits of one that was not: %j',
  async options => {
    const { kills, writing, runs, identical, complaints } = await killTrainings(options)
    expect({ kills, identical, complaints }).toEqual({ kills: options.kills, identical: runs, complaints: [] })
    expect(writing).toBeGreaterThan(0)
  },
  240_000,
)
