import { spawn } from 'node:child_process'
import { randomBytes, timingSafeEqual } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { plainError, show } from '@onecycle/platform'
import type { LiveMessage } from '../live/message.js'
import { notedAddress } from '../live/noted.js'
import { type Act, acts } from '../live/pulse.js'
import type { LiveServer, LiveSite, ServeOptions } from '../live/site.js'
import { noteAddress } from './live/address.js'
import { type Page, pageFiles } from './live/files.js'
import { refusal } from './live/refusal.js'
import { Stream } from './live/stream.js'

const firstPort = 7400
const tries = 50

/** Most pages at a time. */
const mostPages = 32

/**
 * Serves a live page: the page itself, what it hears, and its buttons. It keeps no process alive.
 *
 * @throws Error where the port is in use or cannot be had
 */
export async function serveLive(site: LiveSite, options: ServeOptions): Promise<LiveServer> {
  const { host = '127.0.0.1', dir } = options
  const files = await pageFiles()
  const before = dir === undefined ? undefined : await notedAddress(dir)
  const token = options.token ?? before?.token ?? randomBytes(16).toString('hex')
  const handler = new Handler(site, files, token, host)
  const server = createServer((request, response) => void handler.handle(request, response))
  server.on('connection', socket => socket.unref())
  server.unref()
  await listen(server, host, options.port, before?.port)
  const { port } = server.address() as AddressInfo
  const shown = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host.includes(':') ? `[${host.replace(/[[\]]/g, '')}]` : host
  const address = `http://${shown}:${port}/${token}/`
  const noted = new Map<string, () => void>()
  return {
    address,
    async note(dir) {
      if (!noted.has(dir)) noted.set(dir, await noteAddress(dir, address))
    },
    async close() {
      handler.close()
      for (const forget of noted.values()) forget()
      server.closeAllConnections()
      await new Promise<void>(resolve => server.close(() => resolve()))
    },
  }
}

/** Opens an address in the browser of this machine, where there is one. */
export function openInBrowser(address: string): void {
  const [program, ...args] =
    process.platform === 'darwin' ? ['open'] : process.platform === 'win32' ? ['cmd', '/c', 'start', ''] : ['xdg-open']
  const child = spawn(program!, [...args, address], { stdio: 'ignore', detached: true })
  // Where there is none the address has been said.
  child.on('error', () => {})
  child.unref()
}

/** At the port that was given; else at the one before, or the next that is free. */
async function listen(server: Server, host: string, given: number | undefined, before: number | undefined): Promise<void> {
  const next = Array.from({ length: tries }, (_, i) => firstPort + i)
  const ports = given !== undefined ? [given] : before !== undefined ? [before, ...next] : next
  for (const port of ports) {
    const error = await attempt(server, host, port)
    if (!error) return
    if (error.code === 'EADDRINUSE' && given === undefined) continue
    throw plainError('cannot-listen', reason(error, host, port), { cause: error })
  }
  throw plainError(
    'cannot-listen',
    `All ports from ${firstPort} to ${firstPort + tries - 1} are in use at ${host}: give one that is free, { port }.`,
  )
}

function attempt(server: Server, host: string, port: number): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise(resolve => {
    const failed = (error: NodeJS.ErrnoException) => resolve(error)
    server.once('error', failed)
    server.listen({ host: host.replace(/[[\]]/g, ''), port }, () => {
      server.off('error', failed)
      resolve(undefined)
    })
  })
}

function reason({ code, message }: NodeJS.ErrnoException, host: string, port: number): string {
  if (code === 'EADDRINUSE')
    return `Port ${port} is in use at ${host}: give another, or leave it out and take the next that is free.`
  if (code === 'EACCES') return `Port ${port} may not be taken by this user at ${host}: give one from 1024 on.`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')
    return `${show(host)} is no address of this machine: give '127.0.0.1', or leave host out.`
  return `The live page cannot be served at ${host}:${port}: ${message}.`
}

/** Answers requests. */
class Handler {
  readonly #site: LiveSite
  readonly #files: ReadonlyMap<string, Page>
  readonly #token: Buffer
  readonly #host: string
  readonly #streams = new Set<Stream>()

  constructor(site: LiveSite, files: ReadonlyMap<string, Page>, token: string, host: string) {
    this.#site = site
    this.#files = files
    this.#token = Buffer.from(token)
    this.#host = host
  }

  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    request.resume()
    for (const [name, value] of Object.entries(headers)) response.setHeader(name, value)
    try {
      await this.#answer(request, response)
    } catch (error) {
      // What a page asked for could not be done: it says so to who asked.
      if (response.headersSent) response.destroy()
      else send(response, 409, 'text/plain; charset=utf-8', (error as Error).message)
    }
  }

  close(): void {
    for (const stream of this.#streams) stream.close()
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const [, token = '', ...rest] = pathname.split('/')
    const refused =
      refusal(request, this.#host) ??
      (this.#knows(token) ? undefined : ([403, 'This address needs the token that was said with it.'] as const))
    if (refused) return send(response, refused[0], 'text/plain; charset=utf-8', refused[1])
    const what = rest.join('/')
    const run = searchParams.get('run') ?? undefined
    if (request.method === 'POST') {
      if (!acts.includes(what as Act)) return send(response, 404, 'text/plain', 'There is no such button.')
      return send(response, 200, 'text/plain; charset=utf-8', await this.#site.act(what as Act, run))
    }
    const file = this.#files.get(what)
    if (file) return send(response, 200, file.type, await file.content())
    if (what === 'events') return this.#open(response, run)
    const { runs } = this.#site
    if (what === 'state') return send(response, 200, 'application/json', JSON.stringify(this.#site.pulse(run) ?? null))
    if (what === 'runs') return send(response, 200, 'application/json', JSON.stringify(runs ? await runs.list() : null))
    if (what === 'compare' && runs)
      return send(response, 200, 'application/json', JSON.stringify(await runs.compare(searchParams.getAll('run'))))
    send(response, 404, 'text/plain', 'There is nothing here.')
  }

  async #open(response: ServerResponse, run: string | undefined): Promise<void> {
    if (this.#streams.size >= mostPages) return send(response, 503, 'text/plain', 'Too many pages are open.')
    // Nothing is answered before there is something to hear: what cannot be followed is an error, and no stream.
    let stream: Stream | undefined
    let leave: (() => void) | undefined
    const begin = () => {
      const begun = new Stream(response, () => {
        this.#streams.delete(begun)
        leave?.()
      })
      this.#streams.add(begun)
      return begun
    }
    leave = await this.#site.join(run, (messages: readonly LiveMessage[]) => {
      stream ??= begin()
      stream.send(messages)
    })
    if (stream && !stream.over) return
    // It has left meanwhile.
    leave()
    if (stream) this.#streams.delete(stream)
  }

  #knows(token: string): boolean {
    const given = Buffer.from(token)
    return given.length === this.#token.length && timingSafeEqual(given, this.#token)
  }
}

const headers: Readonly<Record<string, string>> = {
  'cache-control': 'no-store',
  // Vega makes functions of its expressions, and styles what it draws.
  'content-security-policy':
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src data:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
}

function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) })
  response.end(body)
}
