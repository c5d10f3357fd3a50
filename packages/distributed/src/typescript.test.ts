import { createRequire } from 'node:module'
import { pathToFileURL } from 'node:url'
import { expect, test } from 'vitest'
import { typescriptArguments } from './typescript.js'

test('what is of JavaScript runs as it is, and TypeScript by the tsx that is installed', () => {
  expect(['trial.js', 'trial.mjs', 'trial.cjs'].map(typescriptArguments)).toEqual([[], [], []])
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href
  expect(typescriptArguments(import.meta.filename)).toEqual(['--import', tsx])
})
