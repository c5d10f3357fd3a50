import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { delimiter, extname, join, normalize } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'

const names = ['chromium', 'chromium-browser', 'google-chrome', 'chrome']

/** The browser of this machine, or the one that `CHROMIUM` names. */
export const executable =
  process.env['CHROMIUM'] ??
  (process.env['PATH'] ?? '')
    .split(delimiter)
    .flatMap(folder => names.map(name => join(folder, name)))
    .find(file => existsSync(file))

/** Why tests in a browser are left out; undefined where there is one. */
export const noChromium = executable ? undefined : 'there is no Chromium on the path (Debian: apt install chromium)'

const types: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.json': 'application/json',
  '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml',
}

interface OpenOptions {
  /** Whether it has a browser of its own, and not one that test files share: for who measures it as a whole. Default false. */
  alone?: boolean
  /** Whether the page is cross-origin isolated, so that it may have threads. Default false. */
  isolated?: boolean
  /** Of Chromium. */
  args?: readonly string[]
  /** Of the page that is opened. Default `index.html`. */
  path?: string
}

/** A page from a folder, as any static host would serve it. */
export interface OpenPage {
  readonly page: Page
  readonly browser: Browser
  readonly url: string
  /** Errors on the console and uncaught ones. */
  readonly errors: string[]
  /** All lines on the console. */
  readonly lines: string[]
  /** Requests to anywhere else. */
  readonly elsewhere: string[]
  close(): Promise<void>
}

/** Serves a folder on loopback and opens a page of it in headless Chromium. */
export async function openPage(folder: string, options: OpenOptions = {}): Promise<OpenPage> {
  const { isolated = false, path = 'index.html' } = options
  const server = createServer(async ({ url }, response) => {
    const { pathname } = new URL(url!, 'http://localhost')
    const file = join(folder, normalize(decodeURIComponent(pathname === '/' ? '/index.html' : pathname)))
    const bytes = await readFile(file).catch(() => undefined)
    response.writeHead(bytes ? 200 : 404, {
      'content-type': types[extname(file)] ?? 'application/octet-stream',
      ...(isolated && { 'cross-origin-opener-policy': 'same-origin', 'cross-origin-embedder-policy': 'require-corp' }),
    })
    response.end(bytes)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const open = await openAddress(url + path, options)
  return {
    ...open,
    async close() {
      await open.close()
      server.closeAllConnections()
      server.close()
    },
  }
}

/** What starts the browser of this machine. */
export function launchOptions(args: readonly string[]) {
  return { executablePath: executable!, args: ['--no-sandbox', '--disable-dev-shm-usage', ...args] }
}

/** A browser that all test files share (`browsers.ts`), or one of its own. What is opened in it is gone when it is closed. */
async function openBrowser({ args = [], alone = false }: Pick<OpenOptions, 'args' | 'alone'>): Promise<Browser> {
  const shared = process.env['ONECYCLE_TEST_BROWSERS']
  if (alone || !shared) return chromium.launch(launchOptions(args))
  const answer = await fetch(shared + encodeURIComponent(JSON.stringify(args)))
  const said = await answer.text()
  if (!answer.ok) throw new Error(said)
  return chromium.connect(said)
}

/** Opens a page that somebody serves, in headless Chromium. */
export async function openAddress(address: string, options: Pick<OpenOptions, 'args' | 'alone'> = {}): Promise<OpenPage> {
  const url = new URL('.', address).href
  const browser = await openBrowser(options)
  const page = await browser.newPage()
  const errors: string[] = []
  const lines: string[] = []
  const elsewhere: string[] = []
  page.on('console', message => {
    lines.push(message.text())
    // Browsers ask for it by themselves.
    if (message.type() === 'error' && !message.location().url.endsWith('/favicon.ico')) errors.push(message.text())
  })
  page.on('pageerror', error => errors.push(error.stack ?? String(error)))
  page.on('request', request => {
    if (!request.url().startsWith(url) && !/^(data|blob):/.test(request.url())) elsewhere.push(request.url())
  })
  await page.goto(address)
  return { page, browser, url, errors, lines, elsewhere, close: () => browser.close() }
}
