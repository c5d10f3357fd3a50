import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'
import { expect, test } from 'vitest'
import { root } from '../packages/onecycle/test/run-program.js'

interface Page {
  file: string
  title: string
  children: Page[]
}

const { sections } = await import(join(root, 'site/pages.mjs'))
const listed = (sections() as { title: string; pages: Page[] }[]).flatMap(({ pages }) => pages)
const all = (pages: Page[]): Page[] => pages.flatMap(page => [page, ...all(page.children)])

const filesIn = (folder: string, end: string) =>
  (readdirSync(join(root, folder), { recursive: true }) as string[])
    .map(name => `${folder}/${name.replaceAll('\\', '/')}`)
    .filter(name => name.endsWith(end) && !/node_modules|\/dist\//.test(name))

const documents = [
  ...readdirSync(root).filter(name => name.endsWith('.md')),
  ...['docs', 'examples', 'notebooks', 'benchmarks', 'packages'].flatMap(folder => filesIn(folder, '.md')),
].filter(name => !name.endsWith('.api.md'))

test('every document of docs/, every example and every notebook is in the table of contents of docs/README.md', () => {
  const files = all(listed).map(({ file }) => file)
  const wanted = [...filesIn('docs', '.md'), ...filesIn('examples', '.ts'), ...filesIn('notebooks', '.ts')].filter(
    name => name !== 'docs/README.md' && !/\.test\.ts$|^examples\/browser\/.*\.ts$/.test(name),
  )
  expect(wanted.filter(name => !files.includes(name))).toEqual([])
  expect(new Set(files).size).toBe(files.length)
})

test('a page has its own heading, and its title is not another’s', () => {
  for (const { file } of all(listed))
    if (file.endsWith('.md')) expect(readFileSync(join(root, file), 'utf8'), file).toMatch(/^# \S/m)
  const titles = listed.map(({ title }) => title)
  expect(new Set(titles).size).toBe(titles.length)
})

test('every link of every document leads to a file, and to a heading of it', () => {
  const headings = new Map<string, Set<string>>()
  const anchorsOf = (file: string) =>
    headings.get(file) ?? headings.set(file, anchors(readFileSync(join(root, file), 'utf8'))).get(file)!
  const broken: string[] = []
  let followed = 0
  for (const file of documents) {
    const text = withoutCode(readFileSync(join(root, file), 'utf8'))
    for (const [, target] of text.matchAll(/\]\((?!\w+:)([^)\s]+)\)/g)) {
      followed++
      const [path, anchor] = target!.split('#') as [string, string?]
      const found = path === '' ? file : relative(root, resolve(root, dirname(file), path))
      if (!existsSync(join(root, found))) broken.push(`${file}: ${target}`)
      else if (anchor && found.endsWith('.md') && !anchorsOf(found).has(anchor)) broken.push(`${file}: ${target}`)
      else if (path && statSync(join(root, found)).isDirectory())
        broken.push(`${file}: ${target} is a folder, which a site has no page for`)
    }
  }
  expect(followed).toBeGreaterThan(80)
  expect(broken).toEqual([])
})

function withoutCode(text: string): string {
  return text.replace(/^```[\s\S]*?^```/gm, '').replace(/`[^`\n]*`/g, code => code.replaceAll('](', '__'))
}

/** As the repository's page names headings: lower case, without marks, a hyphen for each space, numbered where they come again. */
function anchors(text: string): Set<string> {
  const found = new Set<string>()
  for (const [, heading] of text.replace(/^```[\s\S]*?^```/gm, '').matchAll(/^#{1,6} (.+)$/gm)) {
    const words = heading!.replace(/\[([^\]]*)\]\([^)]*\)/g, '$1').toLowerCase()
    const slug = words
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-')
    let name = slug
    for (let n = 1; found.has(name); n++) name = `${slug}-${n}`
    found.add(name)
  }
  return found
}
