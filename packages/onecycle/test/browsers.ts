// Runs around all test files (see vitest.config.ts): they open their pages in browsers that they share, each page with storage of its own.
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type BrowserServer, chromium } from 'playwright-core'
import { launchOptions } from './chromium.js'

/** Starts a Chromium for each set of arguments that a file asks for, when it is asked for: a process of its own for each page takes a second. */
export default async function startBrowsers(): Promise<(() => Promise<void>) | undefined> {
  // Two projects of vitest ask for it.
  if (process.env['ONECYCLE_TEST_BROWSERS']) return undefined
  const started = new Map<string, Promise<BrowserServer>>()
  const server = createServer(async (request, response) => {
    const told = decodeURIComponent(request.url!.slice(1))
    const browser = started.get(told) ?? chromium.launchServer({ ...launchOptions(JSON.parse(told)), host: '127.0.0.1' })
    started.set(told, browser)
    await browser.then(
      each => response.end(each.wsEndpoint()),
      error => response.writeHead(500).end(String(error)),
    )
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  process.env['ONECYCLE_TEST_BROWSERS'] = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  return async () => {
    server.close()
    for (const browser of await Promise.allSettled(started.values()))
      if (browser.status === 'fulfilled') await browser.value.close()
  }
}
