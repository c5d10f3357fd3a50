import { EventEmitter } from 'node:events'
import { readFile, stat } from 'node:fs/promises'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import type { Callback } from '@onecycle/callbacks'
import { Dashboard, RunFolder, TerminalView, watchRuns } from '@onecycle/recorder'
import { memory } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { Checkpoint } from './checkpoint/checkpoint-callback.js'
import { Learner } from './learner.js'
import { accuracy } from './metric/classification.js'
import { temporaryFolder } from './testing/temporary-folder.js'
import { mlp, points, useCpu } from './testing/tiny.js'

beforeAll(useCpu)

const token = 'a-token-of-the-tests'

/** Batches take a moment, so that somebody can come between two. */
const slow: Callback = { after_batch: () => new Promise(resolve => setTimeout(resolve, 2)) }

async function served(options: ConstructorParameters<typeof Dashboard>[0] = {}) {
  const dashboard = new Dashboard({ token, ...options })
  onTestFinished(() => dashboard.close())
  const said: string[] = []
  const log = (line: string) => void said.push(line)
  const learn = new Learner(points({ train: 40 }), mlp(), {
    progress: false,
    seed: 3,
    metrics: [accuracy],
    log,
    callbacks: [dashboard, slow],
  })
  return { dashboard, learn, said, address: await dashboard.listen() }
}

interface Asked {
  method?: string
  headers?: Record<string, string>
}

/** `fetch` chooses its own Host. */
function ask(address: string, { method = 'GET', headers = {} }: Asked = {}): Promise<{ status: number; text: string }> {
  return new Promise((resolve, reject) => {
    const asking = request(address, { method, headers, agent: false }, response => {
      let text = ''
      response.setEncoding('utf8').on('data', chunk => {
        text += chunk
      })
      response.on('end', () => resolve({ status: response.statusCode!, text }))
    })
    asking.on('error', reject).end()
  })
}

const press = (address: string, what: string) =>
  ask(address + what, { method: 'POST', headers: { origin: new URL(address).origin } })

/** What a page hears, until it leaves. */
async function listen(address: string) {
  const controller = new AbortController()
  onTestFinished(() => controller.abort())
  const { body, headers } = await fetch(`${address}events`, { signal: controller.signal })
  expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
  const messages: { type: string; [key: string]: unknown }[] = []
  let changed = () => {}
  void (async () => {
    let text = ''
    for await (const chunk of body!.pipeThrough(new TextDecoderStream())) {
      text += chunk
      const lines = text.split('\n\n')
      text = lines.pop()!
      for (const line of lines) messages.push(...JSON.parse(line.replace('data: ', '')))
      changed()
    }
  })().catch(() => {})
  const until = (isThere: (message: (typeof messages)[number]) => boolean) =>
    new Promise<(typeof messages)[number]>(resolve => {
      const look = () => {
        const found = messages.find(isThere)
        if (found) resolve(found)
      }
      changed = look
      look()
    })
  return { messages, until, leave: () => controller.abort() }
}

describe('Dashboard', () => {
  it('tells a page what is there and what comes, and keeps no process alive', async () => {
    const { learn, address, said } = await served({ name: 'points', hparams: { width: 8 } })
    const first = await listen(address)
    await learn.fit_one_cycle(2, 1e-2)
    const { history } = learn.recorder
    await first.until(({ type }) => type === 'end')
    const heard = first.messages.filter(({ type }) => type === 'batches').flatMap(({ losses }) => losses as number[])
    expect(heard).toEqual(history.losses.map(loss => Number(loss.toPrecision(6))))
    expect(first.messages[0]).toMatchObject({ type: 'story', story: { fits: [] } })
    expect(first.messages.find(({ type }) => type === 'run')).toMatchObject({ name: 'points', hparams: { width: 8 } })
    expect(first.messages.filter(({ type }) => type === 'epoch').map(({ row }) => row)).toEqual(history.epochs)
    expect(first.messages.find(({ type }) => type === 'pulse')).toMatchObject({
      state: 'running',
      can: ['pause', 'stop', 'checkpoint'],
    })
    expect(first.messages.at(-1)).toMatchObject({ type: 'pulse', state: 'idle', can: [] })
    const late = await listen(address)
    const { story } = (await late.until(({ type }) => type === 'story')) as { story?: unknown }
    expect(story).toMatchObject({ run: { name: 'points' }, fits: [{ batches: 20, epochs: 2, end: { reason: 'completed' } }] })
    expect(said).toContain(`The live page of this run is ${address}`)
    expect(process.getActiveResourcesInfo()).not.toContain('TCPServerWrap')
    const before = memory().numTensors
    await learn.fit(1e-2, 1)
    expect(memory().numTensors).toBe(before)
  })

  it('answers nobody without the token, by another name, or from another page', async () => {
    const { address } = await served()
    const { origin, host } = new URL(address)
    expect((await ask(address)).text).toContain('<script type="module" src="page.js">')
    expect((await ask(`${address}page.js`)).text).toContain('EventSource')
    for (const refused of [`${origin}/`, `${origin}/${token.slice(1)}x/`, `${origin}/x/events`, `${origin}/..%2f${token}/`])
      expect(await ask(refused)).toMatchObject({ status: 403 })
    const foreign = { host: 'evil.example' }
    const rebound = await ask(address, { headers: { host: `evil.example:${new URL(address).port}` } })
    expect(rebound).toEqual({ status: 403, text: 'This page is not served by that name.' })
    expect(await ask(address, { headers: { host: 'localhost:1234' } })).toMatchObject({ status: 200 })
    const asked: Asked[] = [
      { headers: { origin: 'http://evil.example' } },
      { headers: { origin: 'null' } },
      { headers: { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' } },
      { headers: { 'sec-fetch-site': 'same-site', 'sec-fetch-mode': 'cors' } },
      { headers: foreign },
    ]
    for (const each of asked) expect(await ask(`${address}events`, each), JSON.stringify(each)).toMatchObject({ status: 403 })
    // A link in a mail leads to it.
    const opened = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' }
    expect(await ask(address, { headers: opened })).toMatchObject({ status: 200 })
    const buttons: Asked[] = [{ method: 'POST' }, { method: 'POST', headers: { origin: 'http://evil.example', host } }]
    for (const each of buttons) expect(await ask(`${address}stop`, each)).toMatchObject({ status: 403 })
    expect(await ask(`${address}stop`)).toMatchObject({ status: 404 })
    expect(await ask(address, { method: 'PUT' })).toMatchObject({ status: 405 })
    expect(await press(address, 'explode')).toMatchObject({ status: 404 })
    expect(await press(address, 'stop')).toEqual({ status: 200, text: 'No fit is under way.' })
  })

  it('has a fit stand still between two batches, keep a checkpoint of that moment, go on to the same bits, and end', async () => {
    const folder = await temporaryFolder()
    const saving = new Checkpoint({ dir: folder })
    await expect(saving.now()).rejects.toThrow('no fit with this Checkpoint is under way')
    const { learn, address } = await served()
    const page = await listen(address)
    const fit = learn.fit(1e-2, 3, { callbacks: saving })
    await page.until(({ type }) => type === 'pulse')
    expect((await press(address, 'pause')).text).toBe('It stands still after this batch.')
    await page.until(({ state }) => state === 'paused')
    const at = learn.train_iter
    const kept = await press(address, 'checkpoint')
    const path = /^Kept in (.*)\.$/.exec(kept.text)![1]!
    await new Promise(resolve => setTimeout(resolve, 30))
    expect(learn.train_iter).toBe(at)
    expect((await press(address, 'resume')).text).toBe('It goes on.')
    const { losses } = await fit
    const plain = new Learner(points({ train: 40 }), mlp(), { progress: false, seed: 3 })
    expect(losses).toEqual((await plain.fit(1e-2, 3)).losses)
    const again = new Learner(points({ train: 40 }), mlp(), { progress: false, seed: 3 })
    await again.load(path)
    expect(Number((await again.metadataOf(path)) !== undefined)).toBe(1)

    const long = learn.fit(1e-2, 200)
    await page.until(({ type, n_epoch }) => type === 'pulse' && n_epoch === 200)
    await press(address, 'pause')
    expect((await press(address, 'stop')).text).toBe('It ends after this batch.')
    expect((await long).reason).toBe('stopped')
  })

  it('knows what keys of a terminal had the fit do, and they know what its buttons did', async () => {
    const patient = { timeout: 10_000 }
    const { learn, address } = await served()
    const page = await listen(address)
    const pulse = () => page.messages.findLast(({ type }) => type === 'pulse')
    let drawn = ''
    const write = (text: string) => {
      drawn += text
    }
    const input = new EventEmitter()
    const stream = { isTTY: true, columns: 80, rows: 24, write }
    const fit = learn.fit(1e-2, 300, { callbacks: new TerminalView({ stream, input: input as never }) })
    await page.until(({ type, state }) => type === 'pulse' && state === 'running')
    await press(address, 'pause')
    await expect.poll(() => drawn, patient).toContain('PAUSED')
    input.emit('data', 'p')
    await expect.poll(pulse, patient).toMatchObject({ state: 'running', can: ['pause', 'stop', 'checkpoint'] })
    input.emit('data', 'p')
    await expect.poll(pulse, patient).toMatchObject({ state: 'paused', can: ['resume', 'stop', 'checkpoint'] })
    expect((await press(address, 'stop')).text).toBe('It ends after this batch.')
    expect((await fit).reason).toBe('stopped')
  })

  it('lets what stands still go on where the fit is to end', async () => {
    const { learn, dashboard, address } = await served()
    const page = await listen(address)
    const fit = learn.fit(1e-2, 200)
    const failure = expect(fit).rejects.toMatchObject({ name: 'AbortError' })
    await page.until(({ type }) => type === 'pulse')
    await dashboard.act('pause')
    await page.until(({ state }) => state === 'paused')
    learn.interrupt()
    await failure
  })

  it('takes no stop back when it is closed, and says where the next fit is', async () => {
    const { learn, dashboard, said, address } = await served()
    const fit = learn.fit(1e-2, 300)
    await expect.poll(() => learn.train_iter).toBeGreaterThan(0)
    await dashboard.act('stop')
    await dashboard.close()
    expect((await fit).reason).toBe('stopped')
    await learn.fit(1e-2, 1)
    const port = new RegExp(`^The live page of this run is http://127.0.0.1:\\d+/${token}/$`)
    expect(said).toEqual([`The live page of this run is ${address}`, expect.stringMatching(port)])
  })

  it('says what is in the way of a port, and takes the next one where none was given', async () => {
    const other = createServer()
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => void other.close())
    const { port } = other.address() as AddressInfo
    const dashboard = new Dashboard({ port })
    const learn = new Learner(points(), mlp(), { progress: false })
    await expect(learn.fit(1e-2, 1, { callbacks: dashboard })).rejects.toThrow(
      `Port ${port} is in use at 127.0.0.1: give another, or leave it out and take the next that is free.`,
    )
    const [a, b] = [await served(), await served()]
    expect(new URL(a.address).port).not.toBe(new URL(b.address).port)
    await expect(new Dashboard({ host: 'no.such.host.invalid' }).listen()).rejects.toThrow(
      /no address of this machine|cannot be served/,
    )
  })

  it('notes its address in the folder of the run, for its user alone, and takes it again', async () => {
    const dir = join(await temporaryFolder(), 'a')
    const { learn, dashboard, address } = await served()
    await learn.fit(1e-2, 1, { callbacks: new RunFolder({ dir, plots: false }) })
    const noted = join(dir, 'live.json')
    expect(JSON.parse(await readFile(noted, 'utf8'))).toEqual({ address, process: process.pid })
    expect((await stat(noted)).mode & 0o77).toBe(0)
    await dashboard.close()
    await expect(stat(noted)).rejects.toThrow('ENOENT')
    expect(dashboard.address).toBeUndefined()
    await expect(ask(address)).rejects.toThrow('ECONNREFUSED')
  })

  it('is looked at and steered by who watches the folder of its run', async () => {
    const runs = await temporaryFolder()
    const { learn } = await served()
    const fit = learn.fit(1e-2, 300, { callbacks: new RunFolder({ dir: join(runs, 'a'), plots: false, interval: 0 }) })
    const isThere = () =>
      stat(join(runs, 'a', 'manifest.json')).then(
        () => true,
        () => false,
      )
    await expect.poll(isThere).toBe(true)
    const watched = await watchRuns({ runs })
    onTestFinished(() => watched.close())
    expect(watched.run).toBe(join(runs, 'a'))
    const page = await listen(watched.address)
    await page.until(({ type, state }) => type === 'pulse' && state === 'running')
    expect((await press(watched.address, 'pause')).text).toBe('It stands still after this batch.')
    await page.until(({ state }) => state === 'paused')
    await press(watched.address, 'stop')
    expect((await fit).reason).toBe('stopped')
    await page.until(({ type, reason }) => type === 'end' && reason === 'stopped')
    // Its page is there, and has nothing to press.
    expect((await press(watched.address, 'pause')).text).toBe('No fit is under way.')
  })

  it('refuses what is no option, and what is no place to serve at', () => {
    expect(() => new Dashboard({ prot: 8080 } as never)).toThrow('Dashboard has no option prot. Did you mean port?')
    expect(() => new Dashboard({ port: 0 })).toThrow('port must be a whole number from 1 to 65535, but it is 0.')
    expect(() => new Dashboard({ token: 'short' })).toThrow('token must be 16 to 128 letters')
    expect(() => new Dashboard({ host: 'a b' })).toThrow('host must be the address of this machine')
    expect(() => new Dashboard({ element: {} as never })).toThrow('element must be an element of a page')
  })
})
