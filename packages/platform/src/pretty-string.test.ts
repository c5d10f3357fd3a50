import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { PrettyString } from './pretty-string.js'

test('is shown line by line, and is a string in all else', () => {
  const text = new PrettyString('a\nb')
  expect([inspect(text), inspect({ text })]).toEqual(['a\nb', '{\n  text: a\n  b\n}'])
  expect([`${text}`, `${text}!`, JSON.stringify({ text }), text.split('\n'), text.length]).toEqual(['a\nb', 'a\nb!', '{"text":"a\\nb"}', ['a', 'b'], 3]) // biome-ignore format: one line
})
