import { writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { type OpenPage, openPage } from './chromium.js'
import { root } from './run-program.js'

// The bundler that tsx brings.
const { build } = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild')

/** Has Chromium compute in software what it would on a graphics processor. */
const software = [
  '--enable-unsafe-swiftshader',
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
]

/**
 * A page that may compute on a graphics processor, which is made of software.
 *
 * @param folder where it is put
 * @param contents the program of the page
 * @param backends where each backend of TensorFlow.js lies that the program imports, by what it is called
 */
export async function openGpuPage(
  folder: string,
  contents: string,
  backends: Readonly<Record<string, string>>,
): Promise<OpenPage> {
  const idOf = (name: string) => `@tensorflow/tfjs-${name}`
  const at = (place: string, name: string) => [idOf(name), join(place, 'node_modules', idOf(name))]
  // One tfjs-core for all.
  const shared = ['core', 'backend-cpu'].map(name => at(root, name))
  const own = Object.entries(backends).map(([name, place]) => at(place, `backend-${name}`))
  const options = { bundle: true, format: 'esm', outfile: join(folder, 'page.js'), logLevel: 'error' }
  await build({ ...options, alias: Object.fromEntries([...shared, ...own]), stdin: { contents, resolveDir: root } })
  await writeFile(
    join(folder, 'index.html'),
    '<!doctype html><link rel="icon" href="data:,"><script type="module" src="page.js"></script>',
  )
  return openPage(folder, { args: software })
}
