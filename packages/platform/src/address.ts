import { absolutePath, stores } from '#platform/stores.js'
import { checkContent } from './check-content.js'
import { codeOf, plainError, typeError } from './errors.js'
import { fetchBytes } from './fetch-bytes.js'
import { show } from './show.js'
import { type Content, type Opened, openBlob, openBytes, type Store } from './store.js'

/** What can be read: an address, a Blob or File, or bytes as they are. */
export type FileSource = string | URL | Blob | ArrayBuffer | ArrayBufferView

/** Schemes that are stores elsewhere, and where. */
const elsewhere = new Map([
  ['indexeddb', 'browsers'],
  ['opfs', 'browsers'],
  ['downloads', 'pages'],
  ['file', 'Node, Deno and Bun'],
])

/** The scheme of an address, '' for a path. A drive's letter is none. */
export function schemeOf(address: string): string {
  return (/^([a-z][a-z\d+.-]+):\/\//i.exec(address)?.[1] ?? '').toLowerCase()
}

/**
 * An address in full, for messages: a path from the root, all else as it is. A source that is none is named by what it is.
 *
 * @throws TypeError for what is no source
 */
export function nameOf(source: FileSource): string {
  if (typeof source === 'string') return schemeOf(source) || isInline(source) ? source : absolutePath(source)
  if (source instanceof URL) return source.href
  if (source instanceof Blob) return 'name' in source ? String(source.name) : 'the Blob'
  if (source instanceof ArrayBuffer || ArrayBuffer.isView(source)) return 'the bytes'
  throw typeError(
    'nothing-to-read',
    `${show(source)} is nothing to read: give a path or another address, a Blob or File, or bytes.`,
  )
}

/**
 * Reads what lies at an address (a path, `http://`, `https://`, and in browsers `indexeddb://` and `opfs://`), a Blob or a File. Bytes
 * are given back as they are. In a page a path is an address on its server, relative to the page, or in a worker to its script.
 *
 * @throws TypeError for what is no source; Error that says why it cannot be read, with `code` 'ENOENT' where nothing is there
 */
export async function read(source: FileSource): Promise<Uint8Array<ArrayBuffer>> {
  const name = nameOf(source)
  if (source instanceof ArrayBuffer) return new Uint8Array(source)
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer as ArrayBuffer, source.byteOffset, source.byteLength)
  if (source instanceof Blob) return attempt(`read ${name}`, async () => new Uint8Array(await source.arrayBuffer()))
  const address = String(source)
  const read = isInline(address) ? fetchBytes : wayTo('read', address)
  return attempt(`read ${name}`, () => read(withoutScheme(address), address))
}

/**
 * Opens what lies at an address, a Blob or a File, to read it part by part: none is read before, but of what a server sends or a browser's
 * database keeps, which come as a whole. Who opens it closes it.
 *
 * @throws as {@link read}
 */
export async function open(source: FileSource): Promise<Opened> {
  if (source instanceof Blob) return reading(nameOf(source), openBlob(source))
  const address = typeof source === 'string' ? source : source instanceof URL ? source.href : undefined
  if (address === undefined || isInline(address)) return openBytes(await read(source))
  wayTo('read', address)
  const opens = stores[schemeOf(address)]!.open
  if (!opens) return openBytes(await read(source))
  const name = nameOf(address)
  return reading(name, await attempt(`read ${name}`, () => opens(withoutScheme(address), address)))
}

/** Says what it is that cannot be read. */
function reading(name: string, opened: Opened): Opened {
  return { ...opened, read: (from, to) => attempt(`read ${name}`, () => opened.read(from, to)) }
}

/**
 * Writes content under an address, whole or not at all: a crash leaves what was there. An address is a path, whose folders are made; in
 * browsers it is of `indexeddb://` or `opfs://`, or of `downloads://` for a file that the person gets.
 *
 * @param content a text, bytes, or bytes piece by piece: then there need never be room for all of them in memory
 * @throws Error that says why it cannot be written; nothing but what was there is left then
 * @example
 * await writeWhole('runs/figures.json', JSON.stringify({ accuracy: 0.99 }))
 */
export async function writeWhole(address: string, content: Content): Promise<void> {
  checkContent(address, content)
  const write = wayTo('write', address)
  await attempt(`write ${nameOf(address)}`, () => write(withoutScheme(address), content, address))
}

/**
 * Adds to the end of what lies at an address, which is made where there is nothing: bytes, or lines of a text, before which a line ends
 * that a crash left half written. In a page it is written anew as a whole.
 *
 * @param content bytes, or lines each with its end
 * @throws as {@link writeWhole}
 * @example
 * await append('runs/a/log.jsonl', `${JSON.stringify({ accuracy: 0.99 })}\n`)
 */
export async function append(address: string, content: string | Uint8Array): Promise<void> {
  checkContent(address, content)
  wayTo('write', address)
  const { append } = stores[schemeOf(address)]!
  if (append) return attempt(`write ${nameOf(address)}`, () => append(withoutScheme(address), content, address))
  const there = await read(address).catch(error => {
    if (error.code === 'ENOENT') return new Uint8Array()
    throw error
  })
  const half = typeof content === 'string' && there.length > 0 && there.at(-1) !== lineEnd
  const added = typeof content === 'string' ? new TextEncoder().encode(half ? `\n${content}` : content) : content
  await writeWhole(address, [there, added])
}

const lineEnd = 10

async function attempt<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act()
  } catch (cause) {
    throw plainError(codeOf(cause, 'file-failed'), `Cannot ${what}: ${reason(cause as Error)}.`, { cause })
  }
}

function reason({ name, message }: Error): string {
  if (/^ENOENT/.test(message)) return 'there is no such file'
  if (name === 'QuotaExceededError') return 'the browser gives this site no more room (QuotaExceededError)'
  return message.replace(/\.$/, '') || name
}

/**
 * Refuses an address that cannot be read or written here, before anything is done for it.
 *
 * @throws Error that says why, and which addresses there are
 */
export function checkAddress(address: string, use: 'read' | 'write'): void {
  wayTo(use, address)
}

type Way<Use extends 'read' | 'write'> = Exclude<Store[Use], string>

function wayTo<Use extends 'read' | 'write'>(use: Use, address: string): Way<Use> {
  const way = withoutScheme(address) === '' ? 'it has no name' : wayOf(use, schemeOf(address))
  if (typeof way !== 'string') return way as Way<Use>
  const there = Object.keys(stores).filter(scheme => typeof wayOf(use, scheme) !== 'string')
  const names = there.map(scheme => (scheme === '' ? 'paths' : `${scheme}://`))
  throw plainError('unknown-scheme', `Cannot ${use} '${address}': ${way}. What there is: ${names.join(', ')}.`)
}

/** How to read or write, or why not. */
function wayOf<Use extends 'read' | 'write'>(use: Use, scheme: string): Store[Use] | string {
  const store = Object.hasOwn(stores, scheme) ? stores[scheme] : undefined
  if (store) return store.missing?.() ?? store[use]
  return `${scheme}:// is ${elsewhere.has(scheme) ? `of ${elsewhere.get(scheme)}` : 'not known'}`
}

function withoutScheme(address: string): string {
  return schemeOf(address) ? address.slice(address.indexOf('://') + 3) : address
}

/** Whether the address is the content, or of a Blob. */
function isInline(address: string): boolean {
  return /^(blob|data):/i.test(address)
}
