import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, it } from 'vitest'

const source = fileURLToPath(new URL('..', import.meta.url))

it('nothing else imports a technique or an inspection, so that a program without any carries none', () => {
  const files = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(file => /(?<!\.test)\.ts$/.test(file))
  const importing = files.filter(
    file =>
      !/^(technique|inspect)/.test(file) &&
      /^(?!import type).* from '[^']*(technique|inspect)\//m.test(readFileSync(join(source, file), 'utf8')),
  )
  expect(importing).toEqual(['index.ts'])
})
