import type { OpenPage } from '../../packages/onecycle/test/chromium.js'

interface TraceEvent {
  name: string
  ph: string
  pid: number
  tid: number
  ts: number
  /** Microseconds by the clock, and of the thread's own time. */
  dur?: number
  tdur?: number
  args?: { name?: string; data?: { functionName?: string } }
}

/**
 * The longest task of the page's thread while something is done, in milliseconds of the processor, as Chromium's own trace has it. By the
 * clock the longest one, maybe another, has in it what other programs of the machine took meanwhile: its least of several runs says what a
 * visitor sees.
 */
export async function longestTask(
  { browser, page }: OpenPage,
  work: () => Promise<void>,
): Promise<{ milliseconds: number; byTheClock: number; what: string }> {
  await browser.startTracing(page, { categories: ['toplevel', 'devtools.timeline', 'disabled-by-default-devtools.timeline'] })
  let trace: Buffer
  try {
    await work()
  } finally {
    trace = await browser.stopTracing()
  }
  const events = (JSON.parse(trace.toString()) as { traceEvents: TraceEvent[] }).traceEvents
  const ofPages = new Set(
    events.filter(({ name, args }) => name === 'thread_name' && args?.name === 'CrRendererMain').map(threadOf),
  )
  const onPage = events.filter(event => event.ph === 'X' && event.tdur !== undefined && ofPages.has(threadOf(event)))
  const tasks = onPage.filter(({ name }) => name.endsWith('RunTask'))
  if (tasks.length === 0) throw new Error('The trace has no tasks.')
  const longest = tasks.reduce((longest, task) => (task.tdur! > longest.tdur! ? task : longest))
  const within = onPage.filter(
    each => each !== longest && each.ts >= longest.ts && each.ts <= longest.ts + longest.tdur! && each.tdur! > 5000,
  )
  return {
    milliseconds: longest.tdur! / 1000,
    byTheClock: Math.max(...tasks.map(({ dur = 0 }) => dur)) / 1000,
    what: within.map(({ name, tdur }) => `${name} ${tdur! / 1000} ms`).join(', '),
  }
}

const threadOf = ({ pid, tid }: TraceEvent) => `${pid}/${tid}`
