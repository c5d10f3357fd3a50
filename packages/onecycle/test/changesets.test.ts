import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, expect, test } from 'vitest'
import { root, run } from './run-program.js'

const copy = mkdtempSync(join(tmpdir(), 'onecycle-changesets-'))
afterAll(() => rmSync(copy, { recursive: true, force: true }))

test('what is gathered in .changeset becomes the next version of all packages, and lines of their changelogs', async () => {
  const packages = readdirSync(join(root, 'packages'))
  const files = ['package.json', 'package-lock.json', '.changeset', ...packages.map(name => `packages/${name}/package.json`)]
  for (const workspace of ['examples', 'notebooks', 'benchmarks']) files.push(`${workspace}/package.json`)
  for (const file of files) cpSync(join(root, file), join(copy, file), { recursive: true })
  const { code, stderr } = await run(process.execPath, [join(root, 'node_modules/@changesets/cli/bin.js'), 'version'], {
    cwd: copy,
  })
  expect(stderr).not.toContain('error')
  expect(code).toBe(0)
  const of = (name: string, file: string) => readFileSync(join(copy, 'packages', name, file), 'utf8')
  const versions = packages.map(name => JSON.parse(of(name, 'package.json')).version)
  expect(new Set(versions).size).toBe(1)
  const gathered = readdirSync(join(root, '.changeset')).filter(file => file.endsWith('.md'))
  if (gathered.length > 0) expect(of('onecycle', 'CHANGELOG.md')).toContain(`## ${versions[0]}`)
  for (const file of gathered) {
    const text = readFileSync(join(root, '.changeset', file), 'utf8')
    const [, name] = text.match(/^'(?:@onecycle\/)?([^']+)': (?:major|minor|patch)$/m)!
    const [, summary] = text.match(/^---\n[\s\S]*?^---\n\s*(.+)/m)!
    expect(of(name!, 'CHANGELOG.md'), dirname(file)).toContain(summary)
  }
})
