// What a plot that follows a fit takes of the fit's thread: the same fit in headless Chromium, with a plot_losses({ live: true }).mount(element) in the
// page and without, in alternating pairs, by the thread's own time. The fit runs on the page's thread, which then draws as well, or in a worker, of
// which Linux alone tells the time. npx tsx benchmarks/live-plot.ts [page|worker]
import { readdir, readFile } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { noChromium } from '../packages/onecycle/test/chromium.js'
import { openPageAndWorker } from '../packages/onecycle/test/page-and-worker.js'
import { leastAndMedian } from './turns.js'

export interface LivePlotOptions {
  /** Where the fit runs. Default 'page'. */
  where?: 'page' | 'worker'
  /** Fits of each kind. Default 9. */
  pairs?: number
  /** Of each fit, each of 100 batches. Default 20. */
  epochs?: number
}

export interface LivePlotCost {
  /** Milliseconds of the fit's thread's own time for a batch. */
  plotted: { min: number; median: number }
  plain: { min: number; median: number }
  /** With the plot over without. */
  ratio: { min: number; median: number }
  /** Drawings in a second of a fit. */
  drawings: number
  /** Milliseconds that a fit with a plot takes by the clock. */
  fit: number
  pairs: number
}

const program = `
  import 'onecycle/inline'
  import { DataBunch, Learner, Recorder, simple_cnn, useBackend } from 'onecycle'
  import { connect } from 'onecycle/page'
  import { serve } from 'onecycle/worker'
  import { samples } from './benchmarks/samples.ts'
  const port = new BroadcastChannel('fit')
  const data = DataBunch.from_arrays({ ...samples(6400, [28, 28, 3], 2), shape: [28, 28, 3] }, { bs: 64, seed: 1 })
  const create = async () => {
    await useBackend({ prefer: 'wasm', log: false })
    return new Learner(data, simple_cnn([3, 16, 16, 2], { seed: 1 }), { seed: 1, progress: false })
  }
  const fit = (learn, { epochs }) => learn.fit_one_cycle(epochs, 1e-2)
  let learn, plot, training
  if (typeof document === 'undefined') serve({ create, run: fit }, port)
  globalThis.prepare = async (plotted, where) => {
    if (where === 'page') learn = await create()
    else training ??= connect(port)
    globalThis.drawings = 0
    if (!plotted) return
    const element = document.body.appendChild(document.createElement('div'))
    const recorder = where === 'page' ? learn.recorder : Recorder.from(training)
    plot = await recorder.plot_losses({ live: true }).mount(element)
    // Said anew with each drawing.
    new MutationObserver(() => globalThis.drawings++).observe(element.firstChild, { attributeFilter: ['aria-label'] })
  }
  globalThis.train = (epochs, where) => where === 'page' ? fit(learn, { epochs }) : training.start({ epochs })
  globalThis.leave = () => void (plot = plot?.unmount())`

/** The same fit, with a plot that follows it and without. */
export async function livePlotCost({ where = 'page', pairs = 9, epochs = 20 }: LivePlotOptions = {}): Promise<LivePlotCost> {
  const { page, run, errors, close } = await openPageAndWorker(program)
  try {
    const cdp = await page.context().newCDPSession(page)
    await cdp.send('Performance.enable', { timeDomain: 'threadTicks' })
    const threadTime = async () => {
      if (where === 'worker') return workerTime()
      const { metrics } = await cdp.send('Performance.getMetrics')
      return metrics.find(({ name }) => name === 'TaskDuration')!.value * 1000
    }
    const batches = 100 * epochs
    const times: Record<'plotted' | 'plain', number[]> = { plotted: [], plain: [] }
    let [drawings, milliseconds] = [0, 0]
    for (let pair = -1; pair < pairs; pair++) {
      const kinds = ['plotted', 'plain'] as const
      for (const kind of pair % 2 === 0 ? kinds : kinds.toReversed()) {
        await run('inPage', `await prepare(${kind === 'plotted'}, '${where}')`)
        const [before, began] = [await threadTime(), performance.now()]
        const drawn = await run<number>('inPage', `await train(${epochs}, '${where}'); return drawings`)
        const [taken, elapsed] = [(await threadTime()) - before, performance.now() - began]
        await run('inPage', 'leave()')
        // The first pair loads and compiles what the others find.
        if (pair < 0) continue
        times[kind].push(taken / batches)
        if (kind === 'plotted') [drawings, milliseconds] = [drawings + drawn, milliseconds + elapsed]
      }
    }
    if (errors.length > 0) throw new Error(errors.join('\n'))
    const ratios = times.plotted.map((time, pair) => time / times.plain[pair]!)
    const [plotted, plain] = [spread(times.plotted), spread(times.plain)]
    const ratio = { min: plotted.min / plain.min, median: spread(ratios).median }
    return { plotted, plain, ratio, drawings: (1000 * drawings) / milliseconds, fit: milliseconds / pairs, pairs }
  } finally {
    await close()
  }
}

/** Milliseconds that all workers of browsers have taken, in hundredths of a second. */
async function workerTime(): Promise<number> {
  let time = 0
  for (const process of (await readdir('/proc')).filter(name => /^\d+$/.test(name)))
    for (const thread of await readdir(`/proc/${process}/task`).catch(() => [])) {
      const stat = await readFile(`/proc/${process}/task/${thread}/stat`, 'utf8').catch(() => '')
      if (!stat.includes('(DedicatedWorker')) continue
      const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      time += 10 * (Number(fields[11]) + Number(fields[12]))
    }
  return time
}

function spread(values: readonly number[]) {
  const [min, median] = leastAndMedian(values)
  return { min, median }
}

export function livePlotTable({ plotted, plain, ratio, drawings, fit, pairs }: LivePlotCost): string {
  const line = (name: string, { min, median }: { min: number; median: number }) =>
    `${name.padEnd(14)} ${min.toFixed(3)}  ${median.toFixed(3)}`
  return [
    `ms of the fit's thread for a batch, ${pairs} alternating pairs of fits (minimum, median)`,
    line('with the plot', plotted),
    line('without', plain),
    line('ratio', ratio),
    `${drawings.toFixed(1)} drawings a second, in fits of ${(fit / 1000).toFixed(1)} s`,
  ].join('\n')
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (noChromium) throw new Error(`Nothing to measure in: ${noChromium}.`)
  const where = process.argv[2] === 'worker' ? 'worker' : 'page'
  console.log(livePlotTable(await livePlotCost({ where })))
}
