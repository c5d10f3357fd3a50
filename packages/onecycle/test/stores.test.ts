import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { noChromium } from './chromium.js'
import { openPageAndWorker, type PageAndWorker } from './page-and-worker.js'

const program = `
  import * as platform from '@onecycle/platform'
  globalThis.platform = platform`

describe.skipIf(noChromium)(`what a browser keeps${noChromium ? ` (${noChromium})` : ''}`, () => {
  let open: PageAndWorker
  beforeAll(async () => {
    open = await openPageAndWorker(program, '<input type="file">')
  })
  afterAll(() => open?.close())

  // First: a browser remembers for some time how much room there was.
  test.each(['indexeddb', 'opfs'])('where there is no room, %s:// says so and keeps what was there', async scheme => {
    const cdp = await open.page.context().newCDPSession(open.page)
    await cdp.send('Storage.overrideQuotaForOrigin', { origin: new URL(open.url).origin, quotaSize: 100_000 })
    try {
      await open.run('inPage', `await platform.writeWhole('${scheme}://full', 'old')`)
      const [message, kept, names] = await open.run<[string, string, string[]]>(
        'inPage',
        `const message = await platform.writeWhole('${scheme}://full', new Uint8Array(5e6)).catch(error => error.message)
        const names = []
        for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name)
        return [message, new TextDecoder().decode(await platform.read('${scheme}://full')), names]`,
      )
      expect(message).toBe(`Cannot write ${scheme}://full: the browser gives this site no more room (QuotaExceededError).`)
      expect(kept).toBe('old')
      expect(names.filter(name => name.endsWith('.tmp'))).toEqual([])
    } finally {
      await cdp.send('Storage.overrideQuotaForOrigin', { origin: new URL(open.url).origin })
    }
  })

  const failing = {
    indexeddb: `const { put } = IDBObjectStore.prototype
      IDBObjectStore.prototype.put = () => { throw broken }
      const mend = () => { IDBObjectStore.prototype.put = put }`,
    opfs: `const { write } = FileSystemWritableFileStream.prototype
      FileSystemWritableFileStream.prototype.write = () => Promise.reject(broken)
      const mend = () => { FileSystemWritableFileStream.prototype.write = write }`,
  }
  test.each([
    ['indexeddb', 2, 'the browser gives this site no more room (QuotaExceededError)'],
    ['indexeddb', 3, 'the pipe broke'],
    ['opfs', 2, 'the browser gives this site no more room (QuotaExceededError)'],
    ['opfs', 3, 'the pipe broke'],
  ] as const)('%s:// with room for %i bytes of 3, and an error that does not say', async (scheme, quota, reason) => {
    const [message, causes, names, kept] = await open.run<[string, string[], string[], string]>(
      'inPage',
      `await platform.writeWhole('${scheme}://broken', 'old')
      const broken = new DOMException('the pipe broke', 'AbortError')
      ${failing[scheme]}
      navigator.storage.estimate = async () => ({ quota: ${quota}, usage: 0 })
      let { message, cause } = await platform.writeWhole('${scheme}://broken', 'new').catch(error => error)
      mend()
      delete navigator.storage.estimate
      const causes = []
      for (; cause; cause = cause.cause) causes.push(cause.message || cause.name)
      const names = []
      for await (const name of (await navigator.storage.getDirectory()).keys()) names.push(name)
      return [message, causes, names, new TextDecoder().decode(await platform.read('${scheme}://broken'))]`,
    )
    expect(message).toBe(`Cannot write ${scheme}://broken: ${reason}.`)
    expect(causes.at(-1)).toBe('the pipe broke')
    expect(names.filter(name => name.endsWith('.tmp'))).toEqual([])
    expect(kept).toBe('old')
  })

  describe.each(['inPage', 'inWorker'] as const)('%s', place => {
    test.each(['indexeddb', 'opfs'])('%s:// gives back what was written last, and only under its name', async scheme => {
      const at = `${scheme}://${place}/runs/best`
      const answer = await open.run(
        place,
        `const whole = Uint8Array.from({ length: 300_000 }, (_, i) => i)
        await platform.writeWhole('${at}', whole)
        await platform.writeWhole('${at}', whole.subarray(1, 4))
        await platform.writeWhole('${at}.txt', 'some')
        const missing = await platform.read('${at}-none').catch(error => [error.message, error.code])
        return [[...await platform.read('${at}')], new TextDecoder().decode(await platform.read('${at}.txt')), missing]`,
      )
      expect(answer).toEqual([
        [1, 2, 3],
        'some',
        [expect.stringMatching(/Cannot read .*: nothing is kept under this name\./), 'ENOENT'],
      ])
    })
  })

  test.each(['indexeddb', 'opfs'])('%s:// is written piece by piece, and read part by part', async scheme => {
    const [parts, all, missing] = await open.run<[number[][], number[], string]>(
      'inPage',
      `function* pieces() { for (let i = 0; i < 3; i++) yield Uint8Array.of(i, i) }
      await platform.writeWhole('${scheme}://pieces', pieces())
      const file = await platform.open('${scheme}://pieces')
      const parts = [[file.size], [...await file.read(1, 3)], [...await file.read(5, 6)]]
      await file.close()
      await platform.writeWhole('${scheme}://pieces', [Uint8Array.of(9)].values())
      const missing = await platform.open('${scheme}://none').catch(error => error.code)
      return [parts, [...await platform.read('${scheme}://pieces')], missing]`,
    )
    expect(parts).toEqual([[6], [0, 1], [2]])
    expect(all).toEqual([9])
    expect(missing).toBe('ENOENT')
  })

  test.each(['indexeddb', 'opfs'])('writers of one name under %s:// do not disturb each other, nor who reads', async scheme => {
    const answer = await open.run<[string[], string[]]>(
      'inPage',
      `const texts = Array.from({ length: 8 }, (_, i) => String(i).repeat(1000))
      const text = async () => new TextDecoder().decode(await platform.read('${scheme}://many'))
      await platform.writeWhole('${scheme}://many', texts[0])
      const done = await Promise.all(texts.flatMap(each => [platform.writeWhole('${scheme}://many', each), text()]))
      return [texts, [...done.filter(Boolean), await text()]]`,
    )
    expect(answer[1]).toHaveLength(9)
    for (const read of answer[1]) expect(answer[0]).toContain(read)
  })

  test.each(['indexeddb', 'opfs'])(
    'a worker that ends while it writes under %s:// leaves the old or the new, whole',
    async scheme => {
      const [at, size] = [`${scheme}://gone`, 3e7]
      const lengths = await open.run<number[]>(
        'inPage',
        `await platform.writeWhole('${at}', 'old')
      const lengths = []
      for (const wait of [0, 5, 20, 60, 200]) {
        const worker = new Worker('page.js', { type: 'module' })
        worker.postMessage("postMessage(0); await platform.writeWhole('${at}', new Uint8Array(${size}))")
        await new Promise(resolve => { worker.onmessage = resolve })
        await new Promise(resolve => setTimeout(resolve, wait))
        worker.terminate()
        lengths.push((await platform.read('${at}')).length)
      }
      return lengths`,
      )
      for (const length of lengths) expect([3, size]).toContain(length)
    },
  )

  test('page and worker share it', async () => {
    await open.run('inWorker', `await platform.writeWhole('indexeddb://a', 'a'); await platform.writeWhole('opfs://runs/b', 'b')`)
    const text = `new TextDecoder().decode(await platform.read('indexeddb://a')) + new TextDecoder().decode(await platform.read('opfs://runs/b'))`
    expect(await open.run('inPage', `return ${text}`)).toBe('ab')
  })

  test('downloads:// gives the person a file, which is read when it is chosen', async () => {
    const downloading = open.page.waitForEvent('download')
    await open.run('inPage', `await platform.writeWhole('downloads://best.bin', Uint8Array.of(1, 2, 3))`)
    const download = await downloading
    const path = join(open.folder, download.suggestedFilename())
    await download.saveAs(path)
    expect(path).toBe(join(open.folder, 'best.bin'))
    expect([...(await readFile(path))]).toEqual([1, 2, 3])
    await open.page.setInputFiles('input', path)
    const chosen = `const [file] = document.querySelector('input').files; return [platform.nameOf(file), ...await platform.read(file)]`
    expect(await open.run('inPage', chosen)).toEqual(['best.bin', 1, 2, 3])
  })

  test('what a place lacks is said', async () => {
    const refused = (use: string, address: string) =>
      `try { platform.checkAddress('${address}', '${use}') } catch (error) { return error.message }`
    expect(await open.run('inPage', refused('read', 'downloads://a'))).toMatch(
      /^Cannot read 'downloads:\/\/a': a page cannot read what was downloaded: .*What there is: paths, indexeddb:\/\/, opfs:\/\/, http:\/\/, https:\/\/\.$/,
    )
    expect(await open.run('inPage', refused('write', 'file://a'))).toMatch(/file:\/\/ is of Node, Deno and Bun/)
    expect(await open.run('inWorker', refused('write', 'downloads://a'))).toMatch(
      /a worker cannot download: send the bytes to the page, which can\. What there is: indexeddb:\/\/, opfs:\/\/\.$/,
    )
    expect(open.errors).toEqual([])
  })
})
