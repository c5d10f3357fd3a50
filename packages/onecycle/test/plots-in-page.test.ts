import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { heatPanel, Plot } from '../../plot/src/index.js'
import { noChromium, type OpenPage, openPage } from './chromium.js'
import { root } from './run-program.js'

// The bundler that tsx brings.
const { build } = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild')

const program = `
import { barPanel, heatPanel, Plot } from '@onecycle/plot'
import { Dashboard, ProgressBar, progressIn, Recorder } from '@onecycle/recorder'
const panel = (title, y, series) => ({ title, x: { label: 'Batches', integer: true }, y: { label: y }, series })
const curve = (name, style, ys) => ({ name, style, points: ys.map((y, i) => [i + 1, y]) })
const falling = n => Array.from({ length: n }, (_, i) => Math.exp(-i / 30))
const chart = (n = 100) => ({ panels: [panel('Losses', 'Loss', [curve('training', 'line', falling(n)), curve('validation', 'points', [0.9, 0.5])])] })
const two = { panels: ['accuracy', 'recall'].map(name => panel(name, '', [curve(name, 'points', [0.5, 0.7, 0.9])])) }
/** A chart that goes on. */
class Live {
  n = 0
  drawn = 0
  hearers = new Set()
  chart() {
    this.drawn++
    if (this.n === 0) throw new Error('Nothing to plot yet.')
    return chart(this.n)
  }
  follow(changed) {
    this.hearers.add(changed)
    return () => this.hearers.delete(changed)
  }
  add(n = 1) {
    this.n += n
    for (const changed of this.hearers) changed()
  }
}
const place = () => document.body.appendChild(document.createElement('div'))
const pause = ms => new Promise(resolve => setTimeout(resolve, ms))
/** What a loop would tell, of so many epochs. */
async function train(callbacks, epochs, batches, metricNames = ['accuracy'], reason = 'completed') {
  const learn = { n_epoch: epochs, n_iter: batches, lossValue: 0.5, lr_finding: false, training: true, values: {}, metricNames, validates: true,
    train_iter: 0, n_train_iter: batches, bs: 4, opt: { names: ['lr'], get: () => [0.1] }, log() {}, recorder: callbacks[0] }
  const fire = event => callbacks.forEach(callback => callback[event]?.(learn))
  const end = () => { learn.reason = reason; fire('after_fit') }
  for (const callback of callbacks) await callback.before_fit?.(learn)
  const epoch = async i => {
    Object.assign(learn, { epoch: i, training: true })
    fire('before_epoch'); fire('before_train')
    for (learn.iter = 0; learn.iter < batches; learn.iter++) { fire('before_batch'); fire('after_backward'); fire('after_batch'); learn.train_iter++; await pause(1) }
    fire('after_train'); learn.training = false; fire('before_validate')
    Object.assign(learn.values, { valid_loss: 0.4 }, Object.fromEntries(metricNames.map((name, k) => [name, 0.9 + k / 100])))
    fire('after_validate'); fire('after_epoch')
  }
  return { epoch, end }
}
Object.assign(globalThis, { Dashboard, barPanel, heatPanel, Plot, ProgressBar, progressIn, Recorder, chart, two, Live, place, pause, train })
`

const worker = `
import { Plot } from '@onecycle/plot'
const points = [[1, 0.9], [2, 0.5], [3, 0.4]]
const plot = new Plot({ panels: [{ title: 'Losses', x: { label: 'Batches' }, y: { label: 'Loss' }, series: [{ name: 'training', style: 'line', points }] }] })
const answer = what => what.catch(error => error.message)
const [svg, png, mount, save] = await Promise.all([plot.svg(), plot.png(), answer(plot.mount(undefined)), answer(plot.save('downloads://x.svg'))])
postMessage({ svg, png, mount, save })
`

describe.skipIf(noChromium)(`plots in a page${noChromium ? ` (${noChromium})` : ''}`, () => {
  let folder: string
  let open: OpenPage
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'onecycle-plots-'))
    await writeFile(
      join(folder, 'index.html'),
      '<!doctype html><html lang="en"><title>plots</title><body style="width: 800px"><script type="module" src="page.js"></script>',
    )
    for (const [entryNames, contents] of Object.entries({ page: program, worker }))
      await build({
        stdin: { contents, resolveDir: root },
        ...{ bundle: true, format: 'esm', splitting: true, outdir: folder, entryNames, logLevel: 'error' },
      })
    open = await openPage(folder)
  }, 60_000)
  afterAll(async () => {
    await open?.close()
    await rm(folder, { recursive: true })
  })

  /** Runs a function body in the page. */
  const inPage = <T>(body: string) => open.page.evaluate<T>(`(async () => { ${body} })()`)

  test('heat maps and bars are drawn, and drawn anew when their values change', async () => {
    const found = await inPage<Record<string, unknown>>(`
      const categories = ['cat', 'dog']
      const axes = { x: { label: 'Predicted', categories }, y: { label: 'Actual', categories } }
      const matrix = values => ({ panels: [heatPanel({ ...axes, values, text: values.map(row => row.map(String)) })] })
      const element = place()
      const plot = await new Plot(matrix([[9, 1], [2, 8]])).mount(element)
      const texts = () => [...element.querySelectorAll('svg text')].map(text => text.textContent)
      const before = texts()
      await plot.update(matrix([[9, 1], [2, 7]]))
      const after = texts()
      const bars = { loss: [0.3, 1.2] }
      await plot.update({ panels: [barPanel({ x: { label: 'Loss' }, y: { label: '', categories }, bars })] })
      const { ariaLabel } = element.querySelector('figure')
      const rects = element.querySelectorAll('svg .mark-rect path').length
      const large = Array.from({ length: 60 }, (_, r) => Array.from({ length: 70 }, (_, c) => r + c))
      await plot.update({ panels: [heatPanel({ x: { label: 'Batches' }, y: { label: 'Value' }, values: large })] })
      const image = element.querySelector('svg image').getBoundingClientRect()
      plot.unmount()
      return { before, after, ariaLabel, rects, width: image.width }`)
    expect(found['before']).toEqual(expect.arrayContaining(['cat', 'dog', 'Predicted', 'Actual', '9', '8']))
    expect(found['after']).toEqual(expect.arrayContaining(['9', '7']))
    expect(found).toMatchObject({ ariaLabel: 'Loss: cat 0.3, dog 1.2.', rects: 2 })
    expect(found['width']).toBeGreaterThan(400)
  })

  test('a plot is as wide as its element, follows its width, and says what it is', async () => {
    const found = await inPage<Record<string, unknown>>(`
      const element = place()
      const plot = await new Plot(chart()).mount(element)
      const widthOf = () => element.querySelector('svg').getBoundingClientRect().width
      const before = widthOf()
      element.style.width = '450px'
      await pause(300)
      const after = widthOf()
      const { ariaLabel } = element.querySelector('figure')
      const texts = [...element.querySelectorAll('svg text')].map(text => text.textContent)
      plot.unmount()
      plot.unmount()
      return { before, after, label: ariaLabel, texts, left: element.childNodes.length }`)
    expect(found).toMatchObject({ before: 800, after: 450, left: 0 })
    expect(found['label']).toBe('Losses, Loss over Batches: training, at the end 0.03688; validation, at the end 0.5.')
    expect(found['texts']).toEqual(expect.arrayContaining(['Losses', 'Batches', 'Loss', 'training', 'validation', '1.0']))
  })

  test('panels stand side by side where there is room, and a canvas can be had', async () => {
    const found = await inPage(`
      const element = place()
      const plot = await new Plot(two).mount(element, { renderer: 'canvas', height: 200, label: 'how well' })
      const tops = () => new Set([...element.querySelectorAll('canvas')].map(each => each.getBoundingClientRect().top)).size
      const wide = tops()
      element.style.width = '400px'
      await pause(300)
      const narrow = tops()
      const [{ offsetHeight }] = element.querySelectorAll('canvas')
      const label = element.querySelector('figure').ariaLabel
      plot.unmount()
      return { wide, narrow, offsetHeight, label }`)
    expect(found).toEqual({ wide: 1, narrow: 2, offsetHeight: 200, label: 'how well' })
  })

  test('a dark page has light labels, from the moment that it is dark', async () => {
    const found = await inPage(`
      const plot = await new Plot(chart()).mount(place())
      const fill = () => document.querySelector('svg text').getAttribute('fill')
      const light = fill()
      document.body.style.color = 'rgb(230, 230, 230)'
      await pause(300)
      const dark = fill()
      document.body.style.color = ''
      plot.unmount()
      return { light, dark }`)
    expect(found).toEqual({ light: '#555555', dark: '#b4b4b4' })
  })

  test('what goes on is followed at ten frames a second at most, by the same view, until it is unmounted', async () => {
    const found = await inPage<Record<string, number | string | boolean>>(`
      const live = new Live()
      const element = place()
      const plot = await new Plot(live).mount(element)
      const said = element.textContent + ' ' + element.querySelector('[role=status]').className
      live.add(50)
      await pause(300)
      const svg = element.querySelector('svg')
      live.drawn = 0
      const began = performance.now()
      for (let i = 0; i < 200; i++) {
        live.add()
        await pause(5)
      }
      await pause(200)
      const { drawn, n } = live
      const most = Math.ceil((performance.now() - began) / 100) + 1
      const label = element.querySelector('[role=img]').ariaLabel
      const kept = element.querySelector('svg') === svg
      plot.unmount()
      live.add()
      await pause(200)
      return { said, drawn, most, n, label, kept, more: live.drawn - drawn, hearers: live.hearers.size }`)
    expect(found).toMatchObject({ said: 'Nothing to plot yet. onecycle-plot', n: 250, kept: true, more: 0, hearers: 0 })
    expect(found['drawn']).toBeLessThanOrEqual(Number(found['most']))
    // On a busy machine a second has few frames.
    expect(found['drawn']).toBeGreaterThanOrEqual(2)
    expect(found['label']).toContain('training, at the end 2.485e-4')
  })

  test('what shares its thread is drawn less often: a drawing takes milliseconds', async () => {
    const found = await inPage<{ drawn: number; most: number }>(`
      const live = Object.assign(new Live(), { share: 0.02 })
      live.add(50)
      const plot = await new Plot(live).mount(place())
      live.drawn = 0
      const began = performance.now()
      while (performance.now() - began < 1500) {
        live.add()
        await pause(5)
      }
      plot.unmount()
      return { drawn: live.drawn, most: (performance.now() - began) / 200 + 2 }`)
    expect(found.drawn).toBeGreaterThan(0)
    expect(found.drawn).toBeLessThanOrEqual(found.most)
  })

  test('a pointer is told what is under it, and draws over a part to see it larger', async () => {
    const { page } = open
    await inPage(`
      globalThis.shown = place()
      globalThis.mounted = await new Plot(chart(1000)).mount(shown, { height: 300 })
      globalThis.labels = () => [...shown.querySelectorAll('svg .role-axis-label text')].map(each => each.textContent)`)
    const box = (await page.locator('figure svg').last().boundingBox())!
    const at = (across: number, down: number) => [box.x + box.width * across, box.y + box.height * down] as const
    const before = await inPage<string[]>('return labels()')
    await page.mouse.move(...at(0.5, 0.5))
    const reading = await inPage<string>(`return shown.querySelector('.onecycle-plot-reading').innerText`)
    expect(reading).toMatch(/^Batches 4\d\d\ntraining \d.*\nvalidation 0\.5 at 2$/)
    await page.mouse.move(...at(0.3, 0.4))
    await page.mouse.down()
    await page.mouse.move(...at(0.5, 0.6), { steps: 3 })
    await page.mouse.up()
    await page.waitForFunction(before => !(globalThis as never as { labels(): string[] }).labels().includes(before), before[4]!)
    const larger = (await inPage<string[]>('return labels()')).slice(0, 4).map(Number)
    expect(larger[0]).toBeGreaterThan(150)
    expect(larger[3]).toBeLessThan(520)
    await page.mouse.dblclick(...at(0.5, 0.5))
    await page.waitForFunction(before => (globalThis as never as { labels(): string[] }).labels().includes(before), before[4]!)
    expect((await inPage<string[]>('return labels()')).toSorted()).toEqual(before.toSorted())
    await inPage('mounted.unmount(); shown.remove()')
  })

  test('a page that is saved does so too, in the theme of its reader, with nothing but itself', async () => {
    const heat = heatPanel({ x: { label: 'Predicted' }, y: { label: 'Actual' }, values: [[1, Number.NaN]] })
    const curve = {
      name: 'a <b>',
      style: 'line' as const,
      points: [
        [1, 1],
        [2, Number.NaN],
        [3, 2],
      ] as [number, number][],
    }
    const panel = { title: 'Losses </script>', x: { label: 'Batches' }, y: { label: 'Loss' }, series: [curve] }
    const file = join(folder, 'saved.html')
    await new Plot({ panels: [panel, heat] }).save(file)
    const page = await open.browser.newPage({ colorScheme: 'dark' })
    const errors: string[] = []
    const asked: string[] = []
    page.on('pageerror', error => errors.push(error.message))
    page.on('request', request => asked.push(request.url().slice(0, 5)))
    await page.goto(`file://${file}`)
    await page.waitForFunction(() => document.querySelectorAll('.live svg').length === 2)
    const box = (await page.locator('.live svg').first().boundingBox())!
    await page.mouse.move(box.x + box.width - 20, box.y + box.height / 2)
    const found = await page.evaluate(() => ({
      said: [...document.querySelector('.onecycle-plot-reading')!.children].map(({ textContent }) => textContent),
      drawings: [...document.querySelectorAll<HTMLElement>('.plot > div')].map(
        ({ className, offsetHeight }) => `${className} ${offsetHeight > 0}`,
      ),
      ink: document.querySelector('.live svg text')!.getAttribute('fill'),
    }))
    await page.emulateMedia({ media: 'print' })
    const printed = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('.plot > div')].map(each => each.offsetHeight > 0),
    )
    await page.close()
    expect(found).toEqual({
      said: ['Batches 3', 'a <b> 2'],
      drawings: ['live true', 'on-light false', 'on-dark false'],
      ink: '#b4b4b4',
    })
    expect(printed).toEqual([false, true, false])
    expect([errors, [...new Set(asked)].toSorted()]).toEqual([[], ['blob:', 'file:']])
  })

  test('a plot that leaves while it is made leaves nothing behind', async () => {
    const found = await inPage(`
      const element = place()
      const plot = await new Plot(new Live()).mount(element)
      const made = plot.update(two)
      plot.unmount()
      await made
      const leaving = new Plot(chart()).mount(element)
      await Promise.all([leaving, new Plot(two).mount(element)])
      await pause(50)
      return [element.children.length, element.querySelectorAll('svg').length]`)
    expect(found).toEqual([1, 2])
  })

  test('an element shows one plot, and another in its place only by the same handle or a new one', async () => {
    const found = await inPage(`
      const element = place()
      const first = await new Plot(chart()).mount(element)
      const second = await new Plot(two).mount(element)
      const refused = await first.update(chart()).catch(error => error.message)
      const panels = element.querySelectorAll('svg').length
      await second.update(chart())
      const after = element.querySelectorAll('svg').length
      const wrong = await second.update({ losses: [] }).catch(error => error.message)
      second.unmount()
      return { refused, panels, after, wrong }`)
    expect(found).toEqual({
      refused: 'This plot has been unmounted. Mount one anew: plot.mount(element).',
      panels: 2,
      after: 1,
      wrong: expect.stringMatching(/^Plot takes a chart/),
    })
  })

  test('a PNG is drawn on a canvas, at its scale', async () => {
    const found = await inPage<{ start: number[]; sizes: number[][]; svg: string; dark: number }>(`
      const plot = new Plot(chart())
      const sizes = []
      let dark = 0
      for (const scale of [1, 2]) {
        const image = await createImageBitmap(new Blob([await plot.png({ scale })], { type: 'image/png' }))
        const canvas = new OffscreenCanvas(image.width, image.height)
        const context = canvas.getContext('2d')
        context.drawImage(image, 0, 0)
        const { data } = context.getImageData(0, 0, 80, image.height)
        for (let i = 0; i < data.length; i += 4) if (data[i] + data[i + 1] + data[i + 2] < 330) dark++
        sizes.push([image.width, image.height])
      }
      return { start: [...(await plot.png()).subarray(0, 4)], sizes, svg: await plot.svg(), dark }`)
    const size = /width="([\d.]+)" height="([\d.]+)"/.exec(found.svg)!.slice(1).map(Number)
    expect(found.start).toEqual([0x89, 0x50, 0x4e, 0x47])
    expect(found.sizes).toEqual([size, size.map(side => side * 2)])
    expect(found.dark).toBeGreaterThan(300)
  })

  test('progress is a bar while there is some, and a table that is one for all who read it', async () => {
    const found = await inPage(`
      const element = place()
      const name = '<img src=x onerror=alert(1)>'
      const fit = await train([new Recorder(), new ProgressBar({ element })], 2, 20, [name], 'stopped')
      const bar = element.querySelector('.onecycle-progress-bar')
      const shown = []
      for (const epoch of [0, 1]) {
        await fit.epoch(epoch)
        await pause(150)
        shown.push([getComputedStyle(bar).display, element.querySelector('progress').value, element.querySelector('progress').ariaLabel])
      }
      fit.end()
      const rows = [...element.querySelectorAll('tr')].map(row => [...row.cells].map(cell => cell.textContent))
      const scopes = [...element.querySelectorAll('th')].map(cell => cell.scope)
      const after = [getComputedStyle(bar).display, element.querySelector('[role=status]').textContent, element.querySelectorAll('img').length]
      element.remove()
      return { shown, rows, scopes, after }`)
    expect(found).toMatchObject({
      shown: [
        ['flex', expect.any(Number), 'epoch 1/2, train'],
        ['flex', expect.any(Number), 'epoch 2/2, train'],
      ],
      rows: [
        ['epoch', 'train_loss', 'valid_loss', '<img src=x onerror=alert(1)>', 'time'],
        ['0', '0.500000', '0.400000', '0.900000', '00:00'],
        ['1', '0.500000', '0.400000', '0.900000', '00:00'],
      ],
      scopes: ['col', 'col', 'col', 'col', 'col', 'row', 'row'],
      after: ['none', 'stopped in epoch 1, at batch 21 of 20', 0],
    })
  })

  test('what a worker hears is shown here, ten times a second at most, however short epochs are', async () => {
    const found = await inPage<{ changes: number; seconds: number; rows: number }>(`
      const element = place()
      const show = progressIn(element)
      let changes = 0
      new MutationObserver(() => changes++).observe(element, { subtree: true, childList: true, characterData: true, attributes: true })
      const began = performance.now()
      const fit = await train([new Recorder(), new ProgressBar({ hear: news => show(structuredClone(news)) })], 60, 2)
      for (let epoch = 0; epoch < 60; epoch++) await fit.epoch(epoch)
      fit.end()
      await pause(0)
      const seconds = (performance.now() - began) / 1000
      const rows = element.querySelectorAll('tbody tr').length
      element.remove()
      return { changes, seconds, rows }`)
    expect(found.rows).toBe(60)
    expect(found.changes).toBeLessThanOrEqual(Math.ceil(found.seconds * 10) + 2)
  })

  test("a recorder's live plot may be mounted before the fit", async () => {
    const found = await inPage(`
      const element = place()
      const recorder = new Recorder()
      const plot = await recorder.plot_losses({ live: true }).mount(element)
      const before = element.textContent
      const fit = await train([recorder], 1, 30)
      await fit.epoch(0)
      fit.end()
      await pause(400)
      const label = element.querySelector('figure').ariaLabel
      plot.unmount()
      return { before, label }`)
    expect(found).toEqual({
      before: expect.stringMatching(/^Nothing to plot: no training batch/),
      label: 'Losses, Loss over Batches: training, at the end 0.5; validation, at the end 0.4.',
    })
  })

  test('a dashboard shows a fit of this page in an element, and a page serves none', async () => {
    const found = await inPage(`
      const element = place()
      const dashboard = new Dashboard({ element, name: 'here' })
      const fit = await train([new Recorder(), dashboard], 2, 30)
      await fit.epoch(0)
      await fit.epoch(1)
      await pause(50)
      const running = element.querySelector('.state').textContent
      fit.end()
      await pause(400)
      const words = [element.querySelector('h1'), element.querySelector('.state')].map(each => each.textContent)
      const parts = [...element.querySelectorAll('.card[data-part]')].map(({ dataset }) => dataset.part)
      const rows = element.querySelectorAll('tbody tr').length
      const drawn = element.querySelector('[data-part=losses] figure').ariaLabel
      await dashboard.close()
      const refused = await new Dashboard().listen().catch(error => error.message)
      const left = element.childNodes.length
      const next = await train([new Recorder(), dashboard], 1, 30)
      await next.epoch(0)
      next.end()
      const again = element.querySelectorAll('h1').length
      await dashboard.close()
      element.remove()
      return { running, words, parts, rows, drawn, refused, left, again }`)
    expect(found).toMatchObject({
      again: 1,
      running: 'running',
      words: ['here', 'completed'],
      parts: ['losses', 'metric/accuracy', 'rates', 'speed', 'epochs'],
      rows: 2,
      drawn: 'Losses, Loss over Batches: training, at the end 0.5; validation, at the end 0.4.',
      refused: expect.stringContaining('new Dashboard({ element: document.querySelector(...) })'),
      left: 0,
    })
  })

  test('a dashboard follows a training in a worker, and steers it', async () => {
    const found = await inPage(`
      const hearers = {}
      const asked = []
      const history = { lrs: [], moms: [], losses: [], smooth_losses: [], val_losses: [], metrics: {}, nb_batches: [], epochs: [], metricNames: [] }
      const steer = Object.fromEntries(['pause', 'resume', 'stop'].map(name => [name, async () => void asked.push(name)]))
      const on = (name, hear) => { hearers[name] = hear; return () => delete hearers[name] }
      const element = place()
      const end = await Dashboard.follow({ history, on, ...steer }, { element })
      hearers.begin({ lr_finding: false, n_epoch: 2, n_train_iter: 3, metricNames: [] })
      hearers.state('running')
      hearers.batches({ lr_finding: false, first: 0, losses: [3, 2, 1], smooth_losses: [3, 2.5, 2], lrs: [0.1, 0.2, 0.1], moms: [] })
      hearers.progress({ lr_finding: false, epoch: 0, n_epoch: 2, training: true, iter: 3, n_iter: 3, train_iter: 3, batches: 6 })
      await pause(300)
      const buttons = [...element.querySelectorAll('button')].filter(each => !each.hidden).map(each => each.textContent)
      element.querySelector('[data-act=pause]').click()
      await pause(20)
      const said = [element.querySelector('.place').textContent, element.querySelector('[data-part=losses] figure').ariaLabel]
      end()
      const refused = await Dashboard.follow({ history }, { element }).catch(error => error.message)
      return { buttons, asked, said, hearers: Object.keys(hearers).length, left: element.childNodes.length, refused }`)
    expect(found).toEqual({
      buttons: ['Pause', 'Stop'],
      asked: ['pause'],
      said: ['Epoch 1 of 2, training, batch 3 of 350 %', 'Losses, Loss over Batches: training, at the end 2.'],
      hearers: 0,
      left: 0,
      refused: expect.stringMatching(/^Dashboard\.follow takes a training, as connect of 'onecycle\/page' gives, but got /),
    })
  })

  test('a plot is saved as a download, and a path is answered with what there is', async () => {
    const [download] = await Promise.all([
      open.page.waitForEvent('download'),
      inPage(`await new Plot(chart()).save('downloads://losses.png')`),
    ])
    expect(download.suggestedFilename()).toBe('losses.png')
    const file = join(folder, download.suggestedFilename())
    await download.saveAs(file)
    const bytes = await readFile(file)
    expect([...bytes.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47])
    const message = await inPage(`return new Plot(chart()).save('runs/losses.png').catch(error => error.message)`)
    expect(message).toMatch(/^Cannot write 'runs\/losses.png': a page has no files.*downloads:\/\//)
  })

  test('a plot is drawn in characters too, in colours where they are asked for, by what is loaded then', async () => {
    const [said, refused, shown, ...drawn] = await inPage<string[]>(`
      const plot = new Plot(chart())
      const refused = (() => { try { plot.draw() } catch (error) { return error.message } })()
      const { log } = console
      const printed = new Promise(resolve => {
        const lines = []
        console.log = line => {
          lines.push(line)
          if (line.includes('Batches')) setTimeout(() => resolve(lines.join('\\n')))
        }
      })
      if (plot.present({ show: true }) !== plot) throw new Error('present returns the plot')
      const shown = await printed.finally(() => { console.log = log })
      return [String(plot), refused, shown, await plot.text(), await plot.text({ color: true })]`)
    expect(said).toBe('Plot(Losses), 1 panel. Draw it by mount(element), await svg(), or await text() in characters.')
    expect(refused).toMatch(/Use await plot\.text\(\)\.$/)
    expect(shown).toBe(`\n${drawn[0]}\n`)
    expect(drawn[0]).toMatch(/^ +Losses\n1\.0 ┤/)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: those of colours
    expect(drawn[1]!.replace(/\x1b\[[\d;]+m/g, '').replace(/ +$/gm, '')).toBe(drawn[0])
    expect(drawn[1]).toContain('\x1b[38;2;74;127;214m')
  })

  test('a worker draws pictures, and says who can mount and download', async () => {
    const found = await inPage(`
      const worker = new Worker('worker.js', { type: 'module' })
      const found = await new Promise(resolve => { worker.onmessage = ({ data }) => resolve(data) })
      worker.terminate()
      const { width, height } = await createImageBitmap(new Blob([found.png]))
      return { ...found, png: [width, height] }`)
    expect(found).toEqual({
      svg: expect.stringMatching(/^<svg .*Batches/s),
      png: expect.arrayContaining([expect.any(Number)]),
      mount: expect.stringContaining('a page that trains in a worker mounts Recorder.from(training)'),
      save: expect.stringContaining('a worker cannot download'),
    })
  })

  test('what is no element is answered with what there is elsewhere', async () => {
    const message = await inPage(`return new Plot(chart()).mount('#losses').catch(error => error.message)`)
    expect(message).toMatch(/^mount takes an element of a page, .* but got '#losses'\. Where there are no elements, in Node/)
  })

  test('nothing is complained about, and nothing is asked for elsewhere', () => {
    expect(open.errors).toEqual([])
    expect(open.lines).toEqual(['Failed to load resource: the server responded with a status of 404 (Not Found)'])
    expect(open.elsewhere).toEqual([])
  })
})
