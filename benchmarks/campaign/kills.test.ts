import { expect, it } from 'vitest'
import { campaign } from './kills.js'

it.each([
  { kills: 3, techniques: false },
  { kills: 2, techniques: true, threads: 2 },
])(
  'a training that is killed again and again ends at the bits of one that was not: %j',
  async options => {
    const { kills, runs, identical, complaints } = await campaign(options)
    expect({ kills, identical, complaints }).toEqual({ kills: options.kills, identical: runs, complaints: [] })
  },
  240_000,
)
