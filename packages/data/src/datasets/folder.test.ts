import { expect, test } from 'vitest'
import { inFolder } from './folder.js'

test('a file lies in its folder, however that is named', () => {
  expect(inFolder('data', 'a/b.json')).toBe('data/a/b.json')
  expect(inFolder('data/', 'b.json')).toBe('data/b.json')
  expect(inFolder(new URL('https://example.com/data'), 'b.json')).toEqual(new URL('https://example.com/data/b.json'))
  expect(inFolder('data', '..b/c..json')).toBe('data/..b/c..json')
})

test.each(['../b', 'a/../../b', 'a\\..\\b', '/etc/passwd', '\\b', 'C:\\b', 'file:///b', 'https://example.com/b', '..'])(
  '%s leads out of it',
  file => {
    expect(() => inFolder('data', file)).toThrow(`lies outside of 'data'; expected a file in it.`)
  },
)
