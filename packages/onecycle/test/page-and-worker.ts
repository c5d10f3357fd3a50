import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type OpenPage, openPage } from './chromium.js'
import { root } from './run-program.js'

// The bundler that tsx brings.
const { build } = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild')

/** Runs programs that are sent to it, as async functions, in the page and in a worker of it. */
const running = `
  const run = program => new Function('return (async () => {' + program + '})()')()
  if (typeof document === 'undefined')
    onmessage = ({ data }) => run(data).then(value => postMessage({ value }), error => postMessage({ error: String(error?.stack ?? error) }))
  else {
    const worker = new Worker('page.js', { type: 'module' })
    const waiting = []
    worker.onmessage = ({ data: { value, error } }) => {
      const { resolve, reject } = waiting.shift()
      if (error) reject(new Error(error))
      else resolve(value)
    }
    globalThis.inPage = run
    globalThis.inWorker = program => {
      worker.postMessage(program)
      return new Promise((resolve, reject) => waiting.push({ resolve, reject }))
    }
  }`

export type Place = 'inPage' | 'inWorker'

export interface PageAndWorker extends OpenPage {
  /** Where the page comes from. */
  readonly folder: string
  /** Runs the body of an async function there. What it gives comes back, as JSON has it. */
  run<T>(place: Place, body: string): Promise<T>
}

/** Bundles a module, which puts what programs use into `globalThis`, for a page and a worker, and opens both. */
export async function openPageAndWorker(module: string, body = ''): Promise<PageAndWorker> {
  const folder = await mkdtemp(join(tmpdir(), 'onecycle-page-'))
  const removed = () => rm(folder, { recursive: true })
  try {
    await writeFile(join(folder, 'index.html'), `<!doctype html>${body}<script type="module" src="page.js"></script>`)
    await build({
      stdin: { contents: module + running, resolveDir: root },
      ...{
        bundle: true,
        format: 'esm',
        splitting: true,
        outdir: folder,
        entryNames: 'page',
        logLevel: 'error',
      },
    })
    const open = await openPage(folder)
    return {
      ...{ ...open, folder },
      run: (place, body) => open.page.evaluate(`${place}(${JSON.stringify(body)})`),
      close: () => open.close().finally(removed),
    }
  } catch (error) {
    await removed()
    throw error
  }
}
