import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const ours = createRequire(import.meta.url)
// The bundler that tsx brings.
const { build } = createRequire(ours.resolve('tsx'))('esbuild')
const texts = new Map<string, Promise<string>>()

/**
 * What makes Node run one of the TypeScript files of this folder, its options behind it. Under tsx, which passes on what is imported piece by
 * piece, a process takes twice as long to start as in most tests it works.
 *
 * @param file from here
 */
export async function programArguments(file: string): Promise<string[]> {
  if (!texts.has(file)) texts.set(file, bundled(file))
  return ['--input-type=module', '--eval', await texts.get(file)!, '--', file]
}

async function bundled(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(file, import.meta.url))],
    ...{
      bundle: true,
      packages: 'external',
      platform: 'node',
      format: 'esm',
      minifyWhitespace: true,
      write: false,
      logLevel: 'error',
    },
  })
  return outputFiles[0].text
}
