import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noChromium, type OpenPage, openPage } from './chromium.js'
import { root } from './run-program.js'

// The bundler that tsx brings.
const { build } = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild')

describe.skipIf(noChromium)(`@onecycle/platform in a page${noChromium ? ` (${noChromium})` : ''}`, () => {
  let folder: string
  let open: OpenPage
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onecycle-page-'))
    await writeFile(join(folder, 'index.html'), '<!doctype html><script type="module" src="page.js"></script>')
    await writeFile(join(folder, 'text.txt'), 'something')
    await build({
      stdin: { contents: "import * as platform from '@onecycle/platform'\nglobalThis.platform = platform", resolveDir: root },
      ...{ bundle: true, format: 'esm', outfile: join(folder, 'page.js'), logLevel: 'error' },
    })
    open = await openPage(folder)
  })
  afterAll(async () => {
    await open?.close()
    await rm(folder, { recursive: true })
  })

  /** Runs a function of the page, which sees the package as `platform`. */
  const inPage = <T>(program: string) => open.page.evaluate<T>(`(async () => { ${program} })()`)

  test('reads what lies at an address, and says what it answers when there is nothing', async () => {
    expect(await inPage(`return new TextDecoder().decode(await platform.read('text.txt'))`)).toBe('something')
    expect(await inPage(`return platform.read('none.txt').catch(error => error.message)`)).toBe(
      'Cannot read none.txt: the answer is 404 Not Found.',
    )
  })

  test('has no files, and says what there is', async () => {
    const message = await inPage(`return platform.writeWhole('runs/a.txt', 'a').catch(error => error.message)`)
    expect(message).toBe("Cannot write 'runs/a.txt': a page has no files. What there is: indexeddb://, opfs://, downloads://.")
  })

  test('lets timers, drawing and messages in', async () => {
    const order = await inPage(`
      const order = []
      const timer = new Promise(resolve => setTimeout(() => resolve(order.push('timer')), 1))
      const frame = new Promise(resolve => requestAnimationFrame(() => resolve(order.push('frame'))))
      const began = performance.now()
      while (order.length < 2 && performance.now() - began < 20000) await platform.nextTurn()
      return order.sort()`)
    expect(order).toEqual(['frame', 'timer'])
  })

  test('shows whole lines on the console, and what is said beside results is no error', async () => {
    await inPage(
      `platform.writeTo(platform.standardOutput(), 'one\\ntw'); platform.writeTo(platform.standardOutput(), 'o\\n'); platform.say('beside')`,
    )
    expect(open.lines).toEqual(expect.arrayContaining(['one', 'two', 'beside']))
    expect(open.errors).toEqual(['Failed to load resource: the server responded with a status of 404 (Not Found)'])
    expect(open.elsewhere).toEqual([])
  })
})
