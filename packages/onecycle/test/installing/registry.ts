import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { npm, root } from '../run-program.js'

const packages = ['platform', 'plot', 'backend', 'callbacks', 'data', 'recorder', 'learner', 'distributed', 'onecycle']

/** A package as it would be published. */
export interface Tarball {
  name: string
  version: string
  filename: string
  files: { path: string }[]
}

/** Packs all packages into a folder. */
export async function packAll(folder: string): Promise<Tarball[]> {
  const packed = JSON.parse(
    await npm(root, ['pack', '--json', `--pack-destination=${folder}`, ...packages.map(name => `-w=packages/${name}`)]),
  )
  return Array.isArray(packed) ? packed : Object.values(packed)
}

export interface Registry {
  url: string
  close(): void
}

/** A registry of npm in which our packages are published, so that `npm install onecycle` and its like run as they are written. */
export async function startRegistry(folder: string, tarballs: readonly Tarball[]): Promise<Registry> {
  const others = (await npm(root, ['config', 'get', 'registry'])).trim().replace(/\/$/, '')
  const documents = new Map<string, object>()
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(request.url!.split('?')[0]!).slice(1)
    const document = documents.get(path)
    if (document) return response.setHeader('content-type', 'application/json').end(JSON.stringify(document))
    if (!tarballs.some(({ filename }) => filename === path))
      return response.writeHead(307, { location: others + request.url }).end()
    response.end(await readFile(join(folder, path)))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  for (const { name, version, filename } of tarballs) {
    const manifest = JSON.parse(await readFile(join(root, 'packages', name.replace('@onecycle/', ''), 'package.json'), 'utf8'))
    const integrity = `sha512-${createHash('sha512')
      .update(await readFile(join(folder, filename)))
      .digest('base64')}`
    documents.set(name, {
      name,
      'dist-tags': { latest: version },
      versions: { [version]: { ...manifest, dist: { tarball: url + filename, integrity } } },
      time: { [version]: '2026-01-01T00:00:00.000Z' },
    })
  }
  return { url, close: () => server.close() }
}
