import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './run-program.js'

interface Site {
  code: string
  place: string
  messages: string[]
}

interface Entry {
  code: string
  page: string
  text: string
  messages: string[]
}

const { codesByPage, errorEntries, errorSites, messagesByCode } = (await import(join(root, 'scripts/errors.mjs'))) as {
  codesByPage(): string
  errorEntries(): Entry[]
  errorSites(texts?: [file: string, text: string][]): Promise<{ sites: Site[]; complaints: string[] }>
  messagesByCode(sites: readonly Site[]): Map<string, string[]>
}
const { sites, complaints } = await errorSites()
const entries = errorEntries()

test('every error of the sources has a code that can be looked up: CONTRIBUTING.md says how to give it one', () => {
  expect(complaints).toEqual([])
  expect(sites.length).toBeGreaterThan(900)
})

test('every code has one entry, and every entry a code that there is', () => {
  const codes = new Set(sites.map(({ code }) => code))
  const told = entries.map(({ code }) => code)
  expect([...codes].filter(code => !told.includes(code))).toEqual([])
  expect(told.filter((code, i) => !codes.has(code) || told.indexOf(code) !== i)).toEqual([])
})

test('every entry says what happened, why, and what mends it', () => {
  for (const { code, text } of entries)
    expect(text, code).toMatch(/^[^#*\n][^\n]{20,}[\s\S]*\n\n\*\*Why\.\*\* [^\n]{20,}[\s\S]*\n\n```\w+\n[\s\S]+?\n```$/)
})

test('the messages of an entry are those of the sources: look whether it is true of them, then npm run errors', () => {
  const said = messagesByCode(sites)
  expect(Object.fromEntries(entries.map(({ code, messages }) => [code, messages]))).toEqual(
    Object.fromEntries(entries.map(({ code }) => [code, said.get(code)])),
  )
})

test('the list of codes is of all entries: npm run errors writes it', () => {
  expect(readFileSync(join(root, 'docs/errors/README.md'), 'utf8')).toContain(codesByPage())
})

test('what only a mistake of this house can raise is said so, and seldom', () => {
  expect(sites.filter(({ code }) => code === 'internal').length).toBeLessThan(6)
})

test('an error without a code, and one whose code nobody can look up, are complained of', async () => {
  const text = `
    class Lost extends Error {}
    class Found extends Error {
      constructor(message: string) {
        super(message)
        withCode(this, 'found', Found)
      }
    }
    throw new TypeError('x is no number')
    throw rangeError(code, 'too far')
    throw plainError('TooFar', 'too far')
    throw typeError('not-enough', far ? \`There are \${n} of \${m}.\` + hint() : 'There is none.')
    throw new Found(\`\${name} is here: \${why}\`)
    throw plainError(codeOf(cause, 'not-read'), \`Cannot read \${file}.\`, { cause })
    function hint() {
      return ' Give more.'
    }`
  const found = await errorSites([['packages/a/src/a.ts', text]])
  expect(found.complaints).toEqual([
    expect.stringMatching(/^packages\/a\/src\/a\.ts:2: Lost has no code/),
    expect.stringMatching(/a\.ts:9: an error without a code$/),
    expect.stringMatching(/a\.ts:10: its code is no text/),
    expect.stringMatching(/a\.ts:11: TooFar is no code/),
  ])
  expect(found.sites.map(({ code, messages }) => [code, messages])).toEqual([
    ['found', []],
    ['not-enough', ['There are … of …. Give more.', 'There is none.']],
    ['found', ['… is here: …']],
    ['not-read', ['Cannot read ….']],
  ])
})
