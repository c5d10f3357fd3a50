import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { accuracy, type Callback, CancelFit, datasets, Learner, simple_cnn, useBackend } from 'onecycle'
import type { Page } from 'playwright-core'
import { build } from 'vite'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { noChromium, type OpenPage, openPage } from '../../packages/onecycle/test/chromium.js'
import { longestTask } from './longest-task.js'

describe.skipIf(noChromium)(`the page${noChromium ? ` (${noChromium})` : ''}`, () => {
  let folder: string
  let open: OpenPage | undefined
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onecycle-demo-'))
    const root = fileURLToPath(new URL('.', import.meta.url))
    await build({
      root,
      logLevel: 'error',
      mode: 'production',
      build: { outDir: folder, emptyOutDir: true, reportCompressedSize: false },
    })
    await writeFile(join(folder, 'empty.html'), '<!doctype html>')
  }, 180_000)
  afterEach(async () => {
    const { errors, elsewhere } = open ?? {}
    await open?.close()
    open = undefined
    expect({ errors, elsewhere }).toEqual({ errors: [], elsewhere: [] })
  })
  afterAll(() => rm(folder, { recursive: true }))

  async function visit(query: string, options: { isolated?: boolean; alone?: boolean } = {}): Promise<Page> {
    open = await openPage(folder, { path: `index.html?${query}`, ...options })
    await open.page.waitForSelector('html[data-ready]')
    return open.page
  }

  const text = async (page: Page, id: string) => (await page.locator(`#${id}`).textContent())!.trim().replaceAll(/\s+/g, ' ')
  const until = (page: Page, id: string, pattern: RegExp) =>
    page.waitForFunction(
      ([id, source]) => new RegExp(source!).test(document.getElementById(id!)!.textContent),
      [id, pattern.source],
      {
        timeout: 120_000,
      },
    )
  const runs = async (page: Page) =>
    Promise.all((await page.locator('#runs tbody tr').all()).map(row => row.locator('td').allTextContents()))

  /** A 7, as a hand draws it. */
  async function drawSeven(page: Page): Promise<void> {
    const { x, y, width } = (await page.locator('#pad').boundingBox())!
    const to = (a: number, b: number) => page.mouse.move(x + a * width, y + b * width, { steps: 6 })
    await to(0.3, 0.25)
    await page.mouse.down()
    await to(0.7, 0.25)
    await to(0.45, 0.8)
    await page.mouse.up()
  }

  /** Of the processor's time: what a busy machine adds is not the page's. */
  function expectShort(when: string, { milliseconds, byTheClock, what }: Awaited<ReturnType<typeof longestTask>>): void {
    console.log(`longest task of the page ${when}: ${milliseconds.toFixed(1)} ms, by the clock ${byTheClock.toFixed(1)} ms`)
    expect(milliseconds, what).toBeLessThanOrEqual(50)
  }

  test('comes in short tasks, with what draws its plots', async () => {
    const load = async () => {
      await open?.close()
      open = await openPage(folder, { path: 'empty.html', alone: true })
      const { page, url } = open
      return longestTask(open, async () => {
        await page.goto(`${url}index.html`)
        await page.waitForSelector('html[data-ready]')
      })
    }
    let longest = await load()
    // A core that is shared with others' work takes longer for the same: of three visits the quickest tells what the page takes.
    for (let again = 0; again < 2 && longest.milliseconds > 50; again++) {
      const next = await load()
      if (next.milliseconds < longest.milliseconds) longest = next
    }
    expectShort('while it is loaded', longest)
  }, 120_000)

  test.each([
    [1, false],
    [2, true],
  ])(
    'trains on wasm with %i thread(s) while it answers, and knows the digit that is drawn',
    async (threads, isolated) => {
      const page = await visit(`backend=wasm&threads=${threads}`, { isolated, alone: true })
      const longest = await longestTask(open!, async () => {
        await page.locator('#pad').scrollIntoViewIfNeeded()
        await drawSeven(page)
        await page.locator('#start').click()
        await until(page, 'status', /epoch 1 of 2/)
        await page.waitForFunction(() => document.getElementById('percent-7')!.textContent !== '')
        expect(await text(page, 'status')).toMatch(/^fit/)
        await until(page, 'status', /^Done|not work/)
      })
      expect(await text(page, 'backend')).toMatch(threads > 1 ? /backend wasm .*2 threads/ : /backend wasm/)
      const rows = await runs(page)
      expect(rows.map(([name]) => name)).toEqual(['fit(2, 5e-2)', 'fit(2, 5e-3)', 'fit_one_cycle(2, 5e-2)'])
      expect(Number(rows[2]![3])).toBeGreaterThanOrEqual(0.98)
      expect(await text(page, 'said')).toBe('It is a 7.')
      expect(await page.locator('#plot-losses path').count()).toBeGreaterThan(5)
      expectShort(`while it trains on ${threads} thread(s)`, longest)
    },
    240_000,
  )

  test('pauses, goes on and stops, and what was recorded stays', async () => {
    const page = await visit('backend=wasm&epochs=20')
    await page.locator('#start').click()
    await until(page, 'status', /epoch 1 of 20/)
    await page.locator('#pause').click()
    await until(page, 'status', /^Paused/)
    const at = await text(page, 'status')
    await page.waitForTimeout(300)
    expect(await text(page, 'status')).toBe(at)
    await page.getByRole('button', { name: 'Go on' }).click()
    await until(page, 'status', /^fit\(20/)
    await page.locator('#stop').click()
    await until(page, 'status', /^Stopped/)
    expect((await runs(page))[0]!.at(-1)).toBe('stopped')
    expect(await page.locator('#plot-losses path').count()).toBeGreaterThan(3)
    expect(await page.locator('#start').isEnabled()).toBe(true)
  }, 120_000)

  test('goes on from a checkpoint made in Node, and Node with what it saves', async () => {
    await useBackend({ prefer: 'wasm', log: false })
    const data = await datasets.mnist_sample({ seed: 42 })
    const make = () =>
      new Learner(data, simple_cnn([3, 16, 16, 2], { seed: 42 }), { metrics: [accuracy], seed: 42, progress: false })
    const learn = make()
    const half: Callback = {
      after_epoch() {
        throw new CancelFit()
      },
    }
    await learn.fit_one_cycle(2, 5e-2, { callbacks: [half] })
    const metadata = { way: 'fit_one_cycle', epochs: '2', lr: '0.05', start_epoch: '1' }
    const buffer = Buffer.from(await learn.toBytes({ metadata }))

    const page = await visit('backend=wasm')
    await page.locator('#upload').setInputFiles({ name: 'half.safetensors', mimeType: 'application/octet-stream', buffer })
    await until(page, 'checkpoint', /fit_one_cycle\(2, 5e-2\) goes on with epoch 1/)
    await page.locator('#go-on').click()
    await until(page, 'status', /^Done|not work/)
    const reached = Number((await runs(page))[0]![3])
    expect(reached).toBeGreaterThanOrEqual(0.98)

    const [saved] = await Promise.all([page.waitForEvent('download'), page.locator('#download').click()])
    const file = join(folder, 'saved.safetensors')
    await saved.saveAs(file)
    const again = await make().load(new Uint8Array(await readFile(file)))
    expect((await again.validate())['accuracy']).toBeCloseTo(reached, 3)
  }, 180_000)

  test('says so when its worker or its images cannot be fetched, and works when they can', async () => {
    const page = await visit('backend=wasm')
    const missing = {
      '**/assets/train-*.js': /^The worker's script could not be loaded/,
      '**/data/*': /^Cannot read .*train-images/,
    }
    for (const [address, message] of Object.entries(missing)) {
      await page.context().route(address, route => route.abort())
      await page.locator('#start').click()
      await until(page, 'digits-error', message)
      expect(await text(page, 'status')).toBe('It did not work.')
      await page.context().unroute(address)
    }
    await page.locator('#start').click()
    await until(page, 'status', /epoch 1 of 2/)
    expect(await page.locator('#digits-error').isHidden()).toBe(true)
    // The browser's own, of what was not fetched.
    expect(open!.errors.every(error => error.startsWith('Failed to load resource'))).toBe(true)
    open!.errors.length = 0
  }, 120_000)

  test.each(['cpu', 'webgl'])(
    'learns a table on %s',
    async backend => {
      const page = await visit(`backend=${backend}`)
      await page.locator('#iris').click()
      await page.locator('#table-epochs').fill('10')
      await page.locator('#table-start').click()
      await until(page, 'table-status', /^Done|not work/)
      expect(await text(page, 'backend')).toMatch(new RegExp(`^backend ${backend}`))
      const [, right] = /^([\d.]+) % of 30 rows/.exec(await text(page, 'table-figure'))!
      expect(Number(right)).toBeGreaterThanOrEqual(85)
    },
    120_000,
  )

  test('says in words what is wrong with a table, and takes the next', async () => {
    const page = await visit('backend=cpu')
    const drop = (name: string, lines: readonly string[]) =>
      page.locator('#csv').setInputFiles({ name, mimeType: 'text/csv', buffer: Buffer.from(lines.join('\n')) })
    await drop('uneven.csv', ['a,b', '1,2', '3'])
    await page.locator('#table-error').waitFor()
    expect(await text(page, 'table-error')).toBe('Row 3 has 1 values, but there are 2 names in the first row.')

    const rows = Array.from({ length: 60 }, (_, i) => `${i};${2 * i + 1}`)
    await drop('line.csv', ['x;y', ...rows])
    await page.locator('#table-form').waitFor()
    expect(await page.locator('#table-error').isHidden()).toBe(true)
    await page.locator('#table-start').click()
    await until(page, 'table-status', /^Done|not work/)
    expect(await text(page, 'table-figure')).toMatch(
      /^'y' is off by [\d.]+ on average over 12 rows held back; always saying the mean/,
    )
  }, 120_000)

  test('says what there is to run on', async () => {
    const page = await visit('')
    await page.locator('#diagnose').click()
    await page.waitForFunction(() => !(document.getElementById('diagnose') as HTMLButtonElement).disabled)
    expect(await text(page, 'backends')).toMatch(/✓ wasm ?SIMD, compiled training kernels.*The build for (relaxed|plain) SIMD/)
  }, 60_000)
})
