// Alone: it loads our sources and a backend.
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import '@tensorflow/tfjs-backend-cpu'
import { accuracy, type Callback, Checkpoint, Dashboard, DataBunch, GradientStats, Learner, RunFolder } from 'onecycle'
import { layers, sequential, setBackend } from 'onecycle/tf'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noChromium, type OpenPage, openAddress } from './chromium.js'
import { cli } from './run-program.js'

/** Batches take a moment, so that there is something to look at. */
const slow: Callback<Learner> = { after_batch: () => new Promise(resolve => setTimeout(resolve, 4)) }

function learner(): Learner {
  const x = Float32Array.from({ length: 96 }, (_, i) => Math.sin(i * i))
  const y = Int32Array.from({ length: 48 }, (_, i) => Number(x[2 * i]! > x[2 * i + 1]!))
  const valid = { x: x.slice(0, 16), y: y.slice(0, 8) }
  const data = DataBunch.from_arrays({ x: x.slice(16), y: y.slice(8), shape: [2], valid, bs: 4, seed: 1, classes: ['no', 'yes'] })
  const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [2] })] })
  return new Learner(data, model, { metrics: [accuracy], progress: false, seed: 1, log: false, callbacks: [slow] })
}

/** Runs are chosen while the connection is lost: of all that is opened for them one source is left. */
async function chooseWhileLost(page: OpenPage['page']) {
  await page.evaluate(() => {
    const { EventSource: Source } = globalThis
    const sources: EventSource[] = []
    class Counted extends Source {
      constructor(address: string) {
        super(address)
        sources.push(this)
      }
    }
    Object.assign(globalThis, { EventSource: Counted, sources })
  })
  const choose = (run: string) => page.getByLabel('Which run').selectOption(run)
  await choose('lr-0.01')
  await page.getByRole('heading', { name: 'lr-0.01' }).waitFor()
  await page.evaluate(() => (globalThis as unknown as { sources: EventSource[] }).sources[0]!.onerror!(new Event('error')))
  await choose('lr-0.1')
  await page.getByRole('heading', { name: 'lr-0.1' }).waitFor()
  // Longer than it waits before it tries again.
  await page.waitForTimeout(700)
  const states = () => page.evaluate(() => (globalThis as unknown as { sources: EventSource[] }).sources.map(s => s.readyState))
  expect(await states()).toEqual([2, 1])
}

describe.skipIf(noChromium)(`the live page${noChromium ? ` (${noChromium})` : ''}`, () => {
  let dashboard: Dashboard
  let open: OpenPage
  let folder: string
  beforeAll(async () => {
    await setBackend('cpu')
    folder = await mkdtemp(join(tmpdir(), 'onecycle-live-'))
    dashboard = new Dashboard({ name: 'points', hparams: { width: 8 } })
    open = await openAddress(await dashboard.listen())
  }, 60_000)
  afterAll(async () => {
    await open?.close()
    await dashboard?.close()
    await rm(folder, { recursive: true, force: true })
  })

  const text = (selector: string) => open.page.locator(selector).first().textContent()
  const button = (name: string | RegExp) => open.page.getByRole('button', { name })
  const state = (name: string) => open.page.locator(`.state[data-state="${name}"]`).waitFor()

  test('waits for a fit, follows it, and is steered by its buttons', async () => {
    await state('waiting')
    const learn = learner()
    const callbacks = [dashboard, new GradientStats(), new Checkpoint({ dir: folder })]
    const fit = learn.fit_one_cycle(500, 1e-2, { callbacks })
    await state('running')
    await open.page.locator('[data-part="losses"] svg').waitFor()
    await open.page.locator('[data-part="epochs"] tbody tr').nth(2).waitFor()
    expect(await text('h1')).toBe('points')
    expect(await text('.place')).toMatch(/^Epoch \d+ of 500, (training|validating), batch \d+ of \d+/)
    await button('Pause').press('Enter')
    await state('paused')
    const at = learn.train_iter
    await button('Keep a checkpoint').click()
    await open.page.getByText(`Kept in ${folder}/fit-0-00001.safetensors.`).waitFor()
    expect(learn.train_iter).toBe(at)
    // What was told before it stood still is drawn.
    await expect
      .poll(() => open.page.locator('[data-part="losses"] figure').getAttribute('aria-label'))
      .toMatch(/training, at the end \d/)
    const parts = await open.page
      .locator('.card')
      .evaluateAll(cards => cards.map(card => (card as HTMLElement).dataset['part'] ?? ''))
    expect(parts).toEqual(
      expect.arrayContaining(['losses', 'metric/accuracy', 'rates', 'mom', 'speed', 'memory', 'notes gradient_norm', 'epochs']),
    )
    await button('Go on').click()
    await state('running')
    await expect.poll(() => learn.train_iter).toBeGreaterThan(at)
    await button('Stop').click()
    await button('Press again to stop').click()
    expect((await fit).reason).toBe('stopped')
    await state('stopped')
    expect(await button(/.*/).count()).toBe(0)
    const figures = await open.page.locator('.figures').textContent()
    for (const name of [
      'Training loss',
      'Validation loss',
      'accuracy',
      'Learning rate',
      'Momentum',
      'Samples/s',
      'Memory',
      'Time',
    ])
      expect(figures).toContain(name)
  })

  test('shows a second fit, and the first again where it is chosen', async () => {
    await learner().fit(1e-2, 2, { callbacks: dashboard })
    await state('completed')
    await expect.poll(() => open.page.locator('[data-part="epochs"] tbody tr').count()).toBe(2)
    await open.page.getByLabel('Which fit').selectOption('Fit 1')
    await state('stopped')
  })

  test('fits on narrow pages and wide ones, light and dark', async () => {
    for (const width of [600, 1400]) {
      await open.page.setViewportSize({ width, height: 900 })
      const widest = () => open.page.evaluate(() => document.documentElement.scrollWidth)
      await expect.poll(widest).toBeLessThanOrEqual(width)
    }
    const ground = () => open.page.evaluate(() => getComputedStyle(document.querySelector('.onecycle-live')!).backgroundColor)
    await open.page.emulateMedia({ colorScheme: 'dark' })
    expect(await ground()).toBe('rgb(20, 23, 26)')
    await open.page.emulateMedia({ colorScheme: 'light' })
    expect(await ground()).toBe('rgb(246, 247, 248)')
  })

  test('complains of nothing, and asks for nothing elsewhere', () => {
    expect([open.errors, open.elsewhere]).toEqual([[], []])
  })

  test('comes again when another process goes on at its address', async () => {
    const { port, pathname } = new URL(dashboard.address!)
    await dashboard.close()
    await open.page.getByText('The program has ended. This is what it did.').waitFor()
    dashboard = new Dashboard({ name: 'anew', port: Number(port), token: pathname.replaceAll('/', '') })
    const learn = learner()
    const fit = learn.fit(1e-2, 500, { callbacks: dashboard })
    await expect.poll(() => text('h1'), { timeout: 20_000 }).toBe('anew')
    await state('running')
    await dashboard.act('stop')
    await fit
  })

  test('shows runs that are over, and several side by side with what differed', async () => {
    for (const lr of [0.1, 0.01])
      await learner().fit(lr, 3, {
        callbacks: new RunFolder({ dir: join(folder, 'runs', `lr-${lr}`), hparams: { lr }, plots: false }),
      })
    const watching = spawn(process.execPath, [cli, 'watch', '--runs', join(folder, 'runs'), '--json'])
    try {
      const { address, run } = JSON.parse(
        await new Promise(resolve => watching.stdout.once('data', data => resolve(String(data)))),
      )
      expect(run).toBe(join(folder, 'runs', 'lr-0.01'))
      const watched = await openAddress(address)
      const { page } = watched
      await page.locator('.state[data-state="completed"]').waitFor()
      expect(await page.getByRole('button', { name: /Pause|Stop|Keep/ }).count()).toBe(0)
      await page.getByLabel('Which run').selectOption('lr-0.1')
      await page.getByRole('heading', { name: 'lr-0.1' }).waitFor()
      await chooseWhileLost(page)
      await page.getByRole('button', { name: 'Compare runs' }).press('Enter')
      const label = () => page.locator('[data-part="compared losses"] figure').getAttribute('aria-label')
      await expect.poll(label).toMatch(/lr-0\.01, at the end [\d.]+; lr-0\.1, at the end [\d.]+\.$/)
      const row = page.locator('.differences tbody tr', { hasText: /^lr/ })
      expect(await row.locator('td').allTextContents()).toEqual(['0.01', '0.1'])
      await page.getByLabel('Compare lr-0.01').uncheck()
      await expect.poll(label).not.toContain('lr-0.01')
      expect([watched.errors, watched.elsewhere]).toEqual([[], []])
      await watched.close()
    } finally {
      watching.kill()
    }
  })
})
