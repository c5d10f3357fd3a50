import { expect, test } from 'vitest'
import { programApart } from './program-distributed.js'

test.each([
  ['launch -n 4 train.ts --epochs 3 -n 2', 'launch -n 4 -- train.ts --epochs 3 -n 2'],
  ['--debug launch --ranks=2 train.ts --help', '--debug launch --ranks=2 -- train.ts --help'],
  ['launch --mpiexec openmpi -n 2 a.js', 'launch --mpiexec openmpi -n 2 -- a.js'],
  ['launch -n4 -- a.js -x', 'launch -n4 -- a.js -x'],
  ['launch --help', 'launch --help'],
  ['launch', 'launch'],
  ['train --data launch x', 'train --data launch x'],
])('%s is read as %s', (given, read) => {
  expect(programApart(given.split(' ')).join(' ')).toBe(read)
})
