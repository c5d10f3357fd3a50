import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noChromium, type OpenPage, openPage } from '../packages/onecycle/test/chromium.js'
import { type Ended, root, run } from '../packages/onecycle/test/run-program.js'

const { entries } = await import(join(root, 'scripts/entries.mjs'))

// Below another folder, as a host of many projects serves it.
const folder = mkdtempSync(join(tmpdir(), 'onecycle-site-'))
const site = join(folder, 'some/project')
let built: Ended
/** The pages, by what leads to them from the site's folder. */
let pages: Map<string, string>

beforeAll(async () => {
  built = await run(process.execPath, ['node_modules/typedoc/bin/typedoc', '--options', 'site/typedoc.mjs', '--out', site])
  const files = (readdirSync(site, { recursive: true }) as string[]).filter(file => file.endsWith('.html'))
  pages = new Map(files.map(file => [file.replaceAll('\\', '/'), readFileSync(join(site, file), 'utf8')]))
}, 600_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Every document and module, where a table or a long name is; and a few pages of each kind. */
const many = /^(index|documents\/(?!.*\.(ts|mjs|py)\.html)|modules\/)/
const few =
  /^(index|documents\/(Tables|Plots|What_it_is|Examples)|modules\/(onecycle|_onecycle_data)|classes\/_onecycle_learner.Learner|interfaces\/_onecycle_callbacks.Callback)\.html$/

const valuesOf = (html: string, attribute: string) =>
  [...html.matchAll(new RegExp(` ${attribute}="([^"]*)"`, 'g'))].map(([, value]) => value!.replaceAll('&amp;', '&'))

test('is built without a warning: every name that a comment links to is there', () => {
  expect(built.stdout + built.stderr).not.toContain('[warning]')
  expect(built.code).toBe(0)
})

test('has a page for every document, and for every name of every entry', () => {
  const all = [...pages.keys()]
  const of = (kind: string) => all.filter(page => page.startsWith(`${kind}/`)).length
  expect(of('documents')).toBeGreaterThan(45)
  expect(of('classes') + of('functions') + of('interfaces') + of('types') + of('variables')).toBeGreaterThan(800)
  const names = [...pages.values()].join('\n')
  for (const { name } of entries()) expect(names).toContain(`<h1>Module ${name}`)
})

test('every link and every anchor leads somewhere, and none to a page of the repository that is not here', () => {
  const anchors = new Map([...pages].map(([page, html]) => [page, new Set(valuesOf(html, 'id'))]))
  const broken: string[] = []
  let followed = 0
  for (const [page, html] of pages)
    for (const target of [...valuesOf(html, 'href'), ...valuesOf(html, 'src')]) {
      if (/^(https?:|data:|mailto:|#icon-)/.test(target)) continue
      followed++
      const [path, anchor] = target.split('#') as [string, string?]
      const found = path === '' ? page : relative(site, join(site, dirname(page), decodeURIComponent(path.split('?')[0]!)))
      if (!existsSync(join(site, found)) || found.endsWith('.md')) broken.push(`${page}: ${target}`)
      else if (anchor && found.endsWith('.html') && !anchors.get(found)?.has(decodeURIComponent(anchor)))
        broken.push(`${page}: ${target}`)
    }
  expect(followed).toBeGreaterThan(20_000)
  expect([...new Set(broken)]).toEqual([])
})

test('asks nothing of anywhere else', () => {
  for (const [page, html] of pages) {
    const loaded = [...html.matchAll(/<(?:script|link|img|iframe|source)\b[^>]*?(?:src|href)="(https?:[^"]*)"/g)].map(
      ([, url]) => url,
    )
    expect(loaded, page).toEqual([])
  }
})

describe.skipIf(noChromium)(`in Chromium${noChromium ? `, left out: ${noChromium}` : ''}`, () => {
  let open: OpenPage
  beforeAll(async () => {
    open = await openPage(folder, { path: 'some/project/index.html' })
  })
  afterAll(() => open?.close())

  for (const [device, width] of [
    ['a desktop', 1280],
    ['a phone', 390],
  ] as const)
    for (const colorScheme of ['light', 'dark'] as const)
      test(`opens on ${device}, ${colorScheme}, without an error, a foreign request or text beyond the edge`, async () => {
        const { page, url, errors, elsewhere } = open
        await page.setViewportSize({ width, height: 844 })
        await page.emulateMedia({ colorScheme })
        const narrow = width < 500 && colorScheme === 'light'
        // TypeDoc's pages unpack the index of the search as they open, which takes half of their time; a few of the pages and the search below do.
        if (narrow) await page.route('**/assets/search.js', route => route.fulfill({ contentType: 'text/javascript', body: '' }))
        for (const name of [...pages.keys()].filter(name => (narrow ? many : few).test(name))) {
          await page.goto(url + name)
          const beyond = await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)
          expect(beyond, name).toBeLessThanOrEqual(0)
          const paper = await page.evaluate(() => getComputedStyle(document.body).backgroundColor.match(/\d+/g)!.map(Number))
          if (colorScheme === 'dark') expect(Math.max(...paper), name).toBeLessThan(100)
          else expect(Math.min(...paper), name).toBeGreaterThan(200)
        }
        await page.unrouteAll()
        expect(errors).toEqual([])
        expect(elsewhere).toEqual([])
      }, 480_000)

  test('finds a name and a page, by an index that is a file', async () => {
    const { page, url, elsewhere } = open
    await page.setViewportSize({ width: 1280, height: 844 })
    await page.goto(`${url}index.html`)
    await page.keyboard.press('/')
    for (const [typed, found] of [
      ['fit_one_cycle', '@onecycle/learner.Learner.fit_one_cycle'],
      ['Checkpoints', 'Checkpoints'],
    ] as const) {
      await page.locator('#tsd-search-input').fill(typed)
      await page.locator('#tsd-search-results li', { hasText: found }).first().waitFor()
    }
    expect(elsewhere).toEqual([])
  })
})
