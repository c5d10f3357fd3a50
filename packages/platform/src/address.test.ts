import { mkdtemp, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { append, checkAddress, nameOf, read, schemeOf, writeWhole } from './address.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'onecycle-'))
})
afterAll(() => rm(folder, { recursive: true }))

const text = async (...given: Parameters<typeof read>) => new TextDecoder().decode(await read(...given))

test('a drive, a colon and a foreign address are told apart', () => {
  expect(['C:\\runs', 'C:/runs', 'a:b', 'IndexedDB://a', 'opfs://a/b'].map(schemeOf)).toEqual(['', '', '', 'indexeddb', 'opfs'])
})

test('a file is written and read by its path or its address', async () => {
  const path = join(folder, 'deep', 'a.txt')
  await writeWhole(pathToFileURL(path).href, 'some')
  expect(await text(path)).toBe('some')
  expect(await text(pathToFileURL(path))).toBe('some')
})

test('lines are added to the end, after one that a crash left half written', async () => {
  const path = join(folder, 'log', 'a.jsonl')
  await append(path, '1\n')
  await append(pathToFileURL(path).href, '2\n3')
  await append(path, '4\n')
  expect(await text(path)).toBe('1\n2\n3\n4\n')
  await append(path, Uint8Array.of(53, 54))
  expect(await text(path)).toBe('1\n2\n3\n4\n56')
  await expect(append(join(path, 'below'), '5\n')).rejects.toThrow(/^Cannot write .*below: (ENOTDIR|EEXIST)/)
  await expect(append('https://host/a', '5\n')).rejects.toThrow('what lies on a server is only read here')
})

test('bytes are given back as they are, and Blobs and Files are read', async () => {
  const bytes = Uint8Array.of(1, 2, 3, 4)
  expect(await read(bytes)).toEqual(bytes)
  expect((await read(bytes)).buffer).toBe(bytes.buffer)
  expect(await read(new DataView(bytes.buffer, 1, 2))).toEqual(Uint8Array.of(2, 3))
  expect(await read(bytes.buffer)).toEqual(bytes)
  expect(await read(new Blob([bytes]))).toEqual(bytes)
  expect(await text('data:text/plain,some')).toBe('some')
})

test('messages call things by their name', () => {
  const names = ['a/b', 'opfs://a', new URL('http://host/a'), new File([], 'best.txt'), new Blob([]), new ArrayBuffer(1)].map(
    nameOf,
  )
  expect(names).toEqual([join(process.cwd(), 'a/b'), 'opfs://a', 'http://host/a', 'best.txt', 'the Blob', 'the bytes'])
})

describe('refused are', () => {
  test.each([
    ['indexeddb://best', 'indexeddb:// is of browsers'],
    ['OPFS://runs/best', 'opfs:// is of browsers'],
    ['downloads://best', 'downloads:// is of pages'],
    ['s3://bucket/best', 's3:// is not known'],
    ['constructor://a', 'constructor:// is not known'],
    ['file://', 'it has no name'],
    ['https://host/best', 'what lies on a server is only read here'],
  ])('%s to write to', async (address, why) => {
    const message = `Cannot write '${address}': ${why}. What there is: paths, file://.`
    expect(() => checkAddress(address, 'write')).toThrow(message)
    await expect(writeWhole(address, '')).rejects.toThrow(message)
  })

  test('and to read', async () => {
    const there = 'What there is: paths, file://, http://, https://.'
    await expect(read('opfs://a')).rejects.toThrow(`Cannot read 'opfs://a': opfs:// is of browsers. ${there}`)
    expect(() => checkAddress('http://host/a', 'read')).not.toThrow()
  })

  test.each([[undefined], [null], [3], [{ path: 'a' }], [[1, 2]]])('%j, which is no source', async source => {
    await expect(read(source as never)).rejects.toThrow(
      /is nothing to read: give a path or another address, a Blob or File, or bytes/,
    )
  })
})

describe('a server', () => {
  const server = createServer(({ url }, response) => {
    response.statusCode = url === '/a?b=c' ? 200 : Number(url!.slice(1))
    response.end('some')
  })
  let host: string
  beforeAll(async () => {
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => server.close())

  test('is asked for just this address', async () => {
    expect(await text(`${host}/a?b=c`)).toBe('some')
    expect(await text(new URL(`${host}/a?b=c`))).toBe('some')
  })

  test('that has nothing there is told apart from one that fails, and from none', async () => {
    const error = (address: string) => read(address).catch((error: unknown) => error)
    expect(await error(`${host}/404`)).toMatchObject({
      message: `Cannot read ${host}/404: the answer is 404 Not Found.`,
      code: 'ENOENT',
    })
    const failing = (await error(`${host}/500`)) as Error
    expect(failing.message).toBe(`Cannot read ${host}/500: the answer is 500 Internal Server Error.`)
    expect(failing).toHaveProperty('code', 'no-answer')
    expect(await error('http://127.0.0.1:1/')).toMatchObject({
      message: expect.stringMatching(/there is no answer, .*:1\b|bad port/),
    })
  })
})
