import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { SaveModel } from '@onecycle/callbacks'
import { type Tensor, train } from '@tensorflow/tfjs-core'
import { beforeAll, describe, expect, it, onTestFinished } from 'vitest'
import { weightsOf } from '../model/parameters.js'
import { temporaryFolder } from '../testing/temporary-folder.js'
import { tinyLearner, useCpu } from '../testing/tiny.js'

beforeAll(useCpu)

const weights = ({ model }: ReturnType<typeof tinyLearner>) =>
  weightsOf(model).flatMap(({ variable }) => [...(variable as Tensor).dataSync()])

async function serve(bytes: Uint8Array): Promise<string> {
  const server = createServer((request, response) => {
    response.statusCode = request.url === '/best?v=3' ? 200 : 404
    response.end(bytes)
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

it('bytes are those of the file, and are loaded as bytes, a Blob, a File, and from an address', async () => {
  const learn = tinyLearner()
  await learn.fit(1e-2, 2)
  const path = await learn.save(join(await temporaryFolder(), 'a'), { metadata: { note: 'some' } })
  const bytes = await learn.toBytes({ metadata: { note: 'some' } })
  expect(Buffer.from(bytes).equals(await readFile(path))).toBe(true)

  const host = await serve(bytes)
  const sources = [
    ...([path, pathToFileURL(path).href, pathToFileURL(path)] as const),
    ...[bytes, bytes.buffer, Buffer.concat([Buffer.from('a'), bytes]).subarray(1)],
    ...[new Blob([bytes]), new File([bytes], 'best.safetensors'), `${host}/best?v=3`, new URL(`${host}/best?v=3`)],
  ]
  const names = []
  for (const source of sources) {
    const other = await tinyLearner().load(source)
    expect(weights(other)).toEqual(weights(learn))
    expect(other.loaded).toMatchObject({ optimizer: true, order: true })
    expect(await other.metadataOf(source)).toEqual({ note: 'some' })
    names.push(other.loaded!.file)
  }
  const [file, server] = [pathToFileURL(path).href, `${host}/best?v=3`]
  expect(names).toEqual([path, file, file, ...Array(3).fill('the bytes'), 'the Blob', 'best.safetensors', server, server])
  expect(await learn.metadataOf(`${host}/none`)).toBeUndefined()
})

it('bytes can be of the weights alone, and say what they lack', async () => {
  const said: string[] = []
  const learn = tinyLearner({ optimizer: train.adamax(0.01), log: line => said.push(line) })
  await learn.toBytes({ with_opt: false })
  expect(said).toEqual([])
  const bytes = await learn.toBytes()
  expect(said).toEqual([expect.stringMatching(/^The bytes have no state of the optimizer\. .*adamax/)])
  await expect(learn.toBytes({ with_opt: true })).rejects.toThrow(/adamax.*with_opt: false/)
  expect((await tinyLearner({ log: false }).load(bytes)).loaded).toMatchObject({ optimizer: false })
})

describe('refused is', () => {
  it.each([
    [
      'indexeddb://best',
      /^Cannot write 'indexeddb:\/\/best\.safetensors': indexeddb:\/\/ is of browsers\. What there is: paths, file/,
    ],
    ['https://host/best', /what lies on a server is only read here/],
    ['opfs://runs/', /names no file for a checkpoint/],
    [Uint8Array.of(1) as never, /a Uint8Array names no file/],
  ])('to save to %s', async (address, message) => {
    await expect(tinyLearner().save(address)).rejects.toThrow(message)
  })

  it('to load what is none, or is cut short, by its name', async () => {
    const bytes = await tinyLearner().toBytes()
    const learn = tinyLearner()
    const before = weights(learn)
    const cut = new File([bytes.subarray(0, 99)], 'cut.safetensors')
    await expect(learn.load(cut)).rejects.toThrow(/^cut\.safetensors cannot be loaded as a checkpoint: .*truncated/)
    await expect(learn.load(new Uint8Array(3))).rejects.toThrow(/^the bytes cannot be loaded as a checkpoint: .*3 bytes/)
    await expect(learn.load([1, 2] as never)).rejects.toThrow(/\[1, 2\] is nothing to read/)
    expect(weights(learn)).toEqual(before)
  })

  it('a name that SaveModel could not save to, before there is anything to save', () => {
    const learn = tinyLearner()
    expect(() => new SaveModel(learn, { fname: 'opfs://best' })).toThrow(
      /SaveModel: fname will not do\. Cannot write 'opfs:\/\/best': .* restore_best: true/,
    )
    // Stores of a person's own have names of their own.
    expect(() => new SaveModel({ save() {}, load() {} }, { fname: 'opfs://best' })).not.toThrow()
  })
})
